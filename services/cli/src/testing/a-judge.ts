import type { CollectorPayload, FailedEvent } from '@headwater/contracts';
import { openDryRun, type DryRun } from '../judging';

/** Enricher and validator in this process, over the schemas that come with Headwater. */
export const aJudge = (): DryRun => openDryRun({});

/** What fails of a payload, in order. */
export async function failuresOf(
  { judge }: DryRun,
  payload: CollectorPayload,
): Promise<readonly FailedEvent[]> {
  const verdicts = await judge.payload(payload);
  return verdicts.flatMap((verdict) => (verdict.kind === 'failed' ? [verdict.value] : []));
}
