import type { Observations, StageTotals } from '../observed/observations';
import { Tally } from '../observed/tally';
import { finding, ifSettled, unseen, type Invariant } from './invariant';

/**
 * Stages whose counts are exact, also through crashes: written in the transaction of the output, or, by the loader, under ids
 * made of the batch, which is the same batch when it comes again.
 */
const EXACT: ReadonlySet<string> = new Set(['enricher', 'validator', 'loader']);
/** Of these, the ones whose output is exact in the topics too: what the loader writes there it may write twice. */
const TRANSACTIONAL: ReadonlySet<string> = new Set(['enricher', 'validator']);

export const accountingCloses: Invariant = {
  id: 'I8',
  name: 'the stages account for every event',
  advice:
    'The counters of a stage do not add up, or say something else than ledger and topics. Look at the view pipeline_accounting for the minute in which it began.',
  check: (seen) => {
    if (seen.accounting.kind !== 'seen') return unseen(seen.accounting);
    const stages = seen.accounting.value;
    const tally = new Tally();
    for (const stage of stages) if (EXACT.has(stage.stage)) closes(stage, tally);
    agreesWithLedger(seen, stages, tally);
    agreesWithTopics(seen, stages, tally);
    const found = finding(
      [tally],
      `exact are the counts of ${[...EXACT].join(', ')}; those of the collector are by payload, and it forgets the last of them when it is killed${seen.topics.kind === 'seen' ? '' : '; not compared with the topics'}`,
    );
    return ifSettled(found, seen.lag);
  },
};

function closes(
  { stage, unaccounted, missing, openByMinute, missingByMinute }: StageTotals,
  tally: Tally,
): void {
  const minutes = (sum: number, byMinute: number): string =>
    Math.abs(sum) === byMinute ? '' : `, and ${String(byMinute)} when each minute is taken by itself`;
  if (openByMinute !== 0)
    tally.add(
      () =>
        `${stage}: in - out - failed - dropped is ${String(unaccounted)}${minutes(unaccounted, openByMinute)}`,
      openByMinute,
    );
  if (missing !== null && missingByMinute !== 0)
    tally.add(
      () =>
        `${stage}: ${String(missing)} events that the stage before handed on did not come in${minutes(missing, missingByMinute)}`,
      missingByMinute,
    );
}

function agreesWithLedger({ facts }: Observations, stages: readonly StageTotals[], tally: Tally): void {
  const enricher = stages.find(({ stage }) => stage === 'enricher');
  const { least, most } = facts.arrivals;
  if (!enricher) {
    if (least > 0)
      tally.add(() => `enricher: it counted nothing, and ${String(least)} events were accepted`, least);
  } else if (enricher.in < least || enricher.in > most)
    tally.add(
      () =>
        `enricher: it counted ${String(enricher.in)} events; by the ledger at least ${String(least)} and at most ${String(most)} came in`,
      enricher.in < least ? least - enricher.in : enricher.in - most,
    );
}

function agreesWithTopics(seen: Observations, stages: readonly StageTotals[], tally: Tally): void {
  if (seen.topics.kind !== 'seen') return;
  const compare = (stage: string, said: number, found: number, topic: string): void => {
    if (said !== found)
      tally.add(
        () => `${stage}: it counted ${String(said)}, and ${String(found)} records of it are in ${topic}`,
        Math.abs(said - found),
      );
  };
  for (const { stage, out, failed } of stages) {
    if (!TRANSACTIONAL.has(stage)) continue;
    if (stage === 'validator') compare('validator, out', out, seen.records.validCount, 'valid-events');
    compare(`${stage}, failed`, failed, seen.records.failedByStage.get(stage) ?? 0, 'failed-events');
  }
}
