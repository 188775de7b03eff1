import { topics, type CollectorPayload, type EnrichedEvent, type Replay } from '@headwater/contracts';
import { createEnricher, describeEvent, type EnricherOptions } from '@headwater/enrichment';
import type { Stage } from '@headwater/stage';

/** The enricher between its topics: what it makes of payloads, and of failed events that come again. */
export interface EnricherStages {
  readonly payloads: Stage<CollectorPayload, EnrichedEvent>;
  readonly replays: Stage<Replay, EnrichedEvent>;
}

export function enricherStages(options: EnricherOptions): EnricherStages {
  const enricher = createEnricher(options);
  const shared = {
    name: 'enricher',
    processor: options.processor,
    to: topics.enrichedEvents,
    describe: describeEvent,
  } as const;
  return {
    payloads: { ...shared, readsPayloads: true, judge: ({ value }) => enricher.payload(value) },
    replays: { ...shared, readsPayloads: false, judge: ({ value }) => [enricher.replay(value)] },
  };
}
