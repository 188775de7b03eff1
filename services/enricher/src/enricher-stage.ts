import type { Membership } from '@headwater/apps';
import { topics, type CollectorPayload, type EnrichedEvent, type Replay } from '@headwater/contracts';
import { createEnricher, type EnricherOptions } from '@headwater/enrichment';
import { describeEvent, type Batch, type Stage } from '@headwater/stage';

/** The enricher between its topics: what it makes of payloads, and of failed events that come again. */
export interface EnricherStages {
  /** @param batch the one that the stage is to judge; it is judged in one go */
  readonly payloads: (
    batch: Pick<Batch<CollectorPayload>, 'partition' | 'first'>,
  ) => Stage<CollectorPayload, EnrichedEvent>;
  readonly replays: Stage<Replay, EnrichedEvent>;
}

export interface EnricherStageOptions extends Omit<EnricherOptions, 'admit'> {
  /** Says which events may enter; without it, all may. */
  readonly membership?: Membership | null;
}

export function enricherStages({ membership, ...options }: EnricherStageOptions): EnricherStages {
  const enricher = createEnricher({ ...options, admit: membership?.admit ?? null });
  const shared = {
    name: 'enricher',
    processor: options.processor,
    to: topics.enrichedEvents,
    describe: describeEvent,
  } as const;
  return {
    payloads: ({ partition, first }) => ({
      ...shared,
      readsPayloads: true,
      judge: ({ offset, value }) => {
        membership?.at({ partition, first, offset });
        return enricher.payload(value);
      },
    }),
    replays: { ...shared, readsPayloads: false, judge: ({ value }) => [enricher.replay(value)] },
  };
}
