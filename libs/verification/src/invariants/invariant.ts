import type { ServiceName } from '@headwater/contracts';
import type { Look } from '../observed/look';
import type { Observations } from '../observed/observations';
import type { Tally } from '../observed/tally';

export type Verdict = 'holds' | 'broken' | 'unverified' | 'not checked';

/** What an invariant says of a run. */
export interface Finding {
  readonly verdict: Verdict;
  readonly violations: number;
  /** A few of the violations, in words: what, where. */
  readonly examples: readonly string[];
  readonly note?: string;
}

/** What is expected of the alerts. */
export interface Expectations {
  /** Checks of the monitor that must have raised an alert. */
  readonly alerts: readonly string[];
  /** Checks that must not have; `*`: none at all. */
  readonly noAlerts: readonly string[];
}

/** Something that must hold of every run. */
export interface Invariant {
  readonly id: `I${number}`;
  /** What must hold, in a few words. */
  readonly name: string;
  /** What it means when it is broken, and where to look. */
  readonly advice: string;
  readonly check: (seen: Observations, expected: Expectations) => Finding;
}

/** The word that section 9 of the method has for what breaks each invariant: a total of the report. */
export type Total =
  | 'lost'
  | 'duplicated'
  | 'both'
  | 'phantom'
  | 'corrupt'
  | 'misrouted'
  | 'leaked'
  | 'disordered'
  | 'imbalance'
  | 'stuck';

/** @param note says what was left out */
export function finding(tallies: readonly Tally[], note?: string): Finding {
  const violations = tallies.reduce((sum, { count }) => sum + count, 0);
  return {
    verdict: violations > 0 ? 'broken' : 'holds',
    violations,
    examples: tallies.flatMap(({ examples }) => examples).slice(0, 10),
    ...(note === undefined ? {} : { note }),
  };
}

/** What to say where something could not be looked at: nothing of the run, in either case. */
export function unseen(look: Exclude<Look<unknown>, { kind: 'seen' }>): Finding {
  return {
    verdict: look.kind === 'failed' ? 'unverified' : 'not checked',
    violations: 0,
    examples: [],
    note: look.why,
  };
}

/** What could be looked at only in part holds of nothing but that part: it is not known whether the whole does. */
export function ifAllSeen(found: Finding, looks: readonly Look<unknown>[]): Finding {
  return found.verdict === 'holds' && looks.some(({ kind }) => kind === 'failed')
    ? { ...found, verdict: 'unverified' }
    : found;
}

/** It hands nothing on: what it has not read is no event that is on its way. */
const WATCHES_ONLY: ServiceName = 'quality-monitor';

/**
 * What is not there may still be on its way, where the stages are not done (which is what I9 tells), or where that could not be
 * seen: an outage of the brokers during the check is no fault of the run.
 */
export function ifSettled(found: Finding, lag: Observations['lag']): Finding {
  if (found.verdict !== 'broken' || lag.kind === 'not looked at') return found;
  const missing = `${String(found.violations)} events are missing somewhere`;
  if (lag.kind === 'failed')
    return unseen({
      kind: 'failed',
      why: `${missing}, and whether they are on their way could not be seen: ${lag.why}`,
    });
  const left = lag.value
    .filter(({ group }) => group !== WATCHES_ONLY)
    .reduce((sum, partition) => sum + partition.left, 0);
  if (left === 0) return found;
  const why = `${missing}, and may be among the ${String(left)} records that are not worked off (I9)`;
  return unseen({ kind: 'failed', why });
}
