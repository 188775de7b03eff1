import type { CollectorPayload, EnrichedEvent, Replay } from '@headwater/contracts';
import type { Enricher } from '@headwater/enrichment';
import type { Fate, Processor } from '@headwater/stage';
import { checkEvent, schemaKeysIn, type SchemaResolver } from '@headwater/validation';

/** What would become of one event: valid, failed with every reason, or dropped. */
export type Verdict = Fate<EnrichedEvent>;

export interface JudgeParts {
  readonly enricher: Enricher;
  readonly resolver: Pick<SchemaResolver, 'resolve'>;
  /** Name and version that failed events bear where the validator would have failed them. */
  readonly processor: Processor;
}

/**
 * Says what the enricher and the validator would say, in one process and by their own functions: for a developer who waits
 * for the answer, for the sandbox, and for the dry run of a replay. It looks for no duplicates.
 */
export interface Judge {
  /**
   * The verdicts on the events of one payload, in order.
   *
   * @throws a retriable `ServiceError` when a schema cannot be looked up: then nobody can say
   */
  payload(payload: CollectorPayload): Promise<readonly Verdict[]>;
  /** The verdict on one failed event that was repaired; throws as `payload` does. */
  replay(replay: Replay): Promise<Verdict>;
}

export function createJudge({ enricher, resolver, processor }: JudgeParts): Judge {
  const validated = async (fates: readonly Verdict[]): Promise<readonly Verdict[]> => {
    const events = fates.flatMap((fate) => (fate.kind === 'ok' ? [fate.value] : []));
    const schemas = await resolver.resolve(schemaKeysIn(events));
    return fates.map((fate) => (fate.kind === 'ok' ? checkEvent(fate.value, { processor, schemas }) : fate));
  };
  return {
    payload: (payload) => validated(enricher.payload(payload)),
    replay: async (replay) => {
      const fate = enricher.replay(replay);
      return (await validated([fate]))[0] ?? fate;
    },
  };
}
