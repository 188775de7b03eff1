import { topics, type CollectorPayload, type EnrichedEvent } from '@headwater/contracts';
import { createEnricher, describeEvent, type EnricherOptions } from '@headwater/enrichment';
import type { Stage } from '@headwater/stage';

/** The enricher between its topics. */
export function enricherStage(options: EnricherOptions): Stage<CollectorPayload, EnrichedEvent> {
  const enrich = createEnricher(options);
  return {
    name: 'enricher',
    processor: options.processor,
    to: topics.enrichedEvents,
    readsPayloads: true,
    judge: ({ value }) => enrich(value),
    describe: describeEvent,
  };
}
