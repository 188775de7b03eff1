import { topics, type StageCounts } from '@headwater/contracts';
import type { Batch } from '@headwater/stage';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Watchkeeper } from './watchkeeper';

@Controller()
export class StageCountsController {
  constructor(@Inject(Watchkeeper) private readonly watchkeeper: Watchkeeper) {}

  /** The offsets are committed once this resolves. */
  @EventPattern(topics.stageCounts.name)
  onBatch(@Payload() batch: Batch<StageCounts>): Promise<void> {
    return this.watchkeeper.receive(batch);
  }
}
