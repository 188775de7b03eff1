import { topics, type EnrichedEvent } from '@headwater/contracts';
import { route, type Batch, type Processor, type Routed } from '@headwater/stage';
import { schemaKeysOf, validation, type SchemaResolver, type Validation } from '@headwater/validation';
import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { DuplicateWindows } from './duplicate-windows';

export const VALIDATOR = Symbol('validator');

/** What the controller works with. */
export interface ValidatorParts {
  readonly processor: Processor;
  readonly windows: DuplicateWindows;
  readonly resolver: SchemaResolver;
  readonly onRepeat: NonNullable<Validation['onRepeat']>;
}

@Controller()
export class ValidatorController {
  constructor(@Inject(VALIDATOR) private readonly parts: ValidatorParts) {}

  /** What this returns is written, with the input's offsets, in one transaction. Waits only for schemas it does not know yet. */
  @EventPattern(topics.enrichedEvents.name)
  async onBatch(@Payload() batch: Batch<EnrichedEvent>): Promise<Routed> {
    const { processor, windows, resolver, onRepeat } = this.parts;
    const schemas = await resolver.resolve(schemaKeysOf(batch));
    return route(batch, validation({ processor, window: windows.before(batch), schemas, onRepeat }));
  }
}
