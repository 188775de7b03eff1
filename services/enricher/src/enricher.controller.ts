import { topics, type CollectorPayload, type EnrichedEvent } from '@headwater/contracts';
import { route, type Batch, type Routed, type Stage } from '@headwater/stage';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';

export const STAGE = Symbol('stage');

@Controller()
export class EnricherController {
  constructor(@Inject(STAGE) private readonly stage: Stage<CollectorPayload, EnrichedEvent>) {}

  /** What this returns is written, with the input's offsets, in one transaction. */
  @EventPattern(topics.collectorPayloads.name)
  onBatch(@Payload() batch: Batch<CollectorPayload>): Routed {
    return route(batch, this.stage);
  }
}
