import { topics, type CollectorPayload, type Replay } from '@headwater/contracts';
import { route, type Batch, type Routed } from '@headwater/stage';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { EnricherStages } from './enricher-stage';

export const STAGES = Symbol('stages');

/** What the handlers return is written, with the input's offsets, in one transaction. */
@Controller()
export class EnricherController {
  constructor(@Inject(STAGES) private readonly stages: EnricherStages) {}

  @EventPattern(topics.collectorPayloads.name)
  onPayloads(@Payload() batch: Batch<CollectorPayload>): Routed {
    return route(batch, this.stages.payloads(batch));
  }

  @EventPattern(topics.replays.name)
  onReplays(@Payload() batch: Batch<Replay>): Routed {
    return route(batch, this.stages.replays);
  }
}
