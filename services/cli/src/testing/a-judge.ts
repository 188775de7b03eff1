import type { CollectorPayload, FailedEvent } from '@headwater/contracts';
import { openJudge, type OpenJudge } from '../judging';

/** Enricher and validator in this process, over the schemas that come with Headwater. */
export const aJudge = (): OpenJudge => openJudge({});

/** What fails of a payload, in order. */
export async function failuresOf(
  { judge }: OpenJudge,
  payload: CollectorPayload,
): Promise<readonly FailedEvent[]> {
  const verdicts = await judge.payload(payload);
  return verdicts.flatMap((verdict) => (verdict.kind === 'failed' ? [verdict.value] : []));
}
