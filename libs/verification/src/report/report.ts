import { both, doubles } from '../invariants/once-and-in-one-place';
import { invariants } from '../invariants';
import type { Expectations, Finding, Invariant, Total } from '../invariants/invariant';
import type { Sent } from '../ledger/facts';
import type { Observations } from '../observed/observations';

/** What `headwater verify check --json` prints. */
export interface Report {
  readonly version: 1;
  readonly run: string;
  readonly seed: number;
  readonly app: string;
  readonly sent: Sent;
  /** Whether the load ended in order; where it was killed, its last requests are of unknown fate. */
  readonly hasEnded: boolean;
  readonly totals: Readonly<Record<Total, number>>;
  readonly invariants: readonly (Pick<Invariant, 'id' | 'name'> & Finding)[];
  readonly settledSeconds: number;
  /** `broken` when any invariant is; else `unverified` when any is; invariants that were not checked do not count. */
  readonly verdict: 'holds' | 'broken' | 'unverified';
}

/** Asks every invariant. */
export function reportOf(seen: Observations, expected: Expectations): Report {
  const { plan, sent } = seen.facts;
  const found = invariants.map(({ id, name, check }) => ({ id, name, ...check(seen, expected) }));
  const violations = (id: Invariant['id']): number => found.find((one) => one.id === id)?.violations ?? 0;
  const has = (verdict: string): boolean => found.some((one) => one.verdict === verdict);
  const isSeen = seen.tables.kind === 'seen';
  return {
    version: 1,
    run: plan.run,
    seed: plan.seed,
    app: plan.app,
    sent,
    hasEnded: seen.facts.hasEnded,
    totals: {
      lost: violations('I1'),
      duplicated: isSeen ? doubles(seen).reduce((sum, { count }) => sum + count, 0) : 0,
      both: isSeen ? both(seen).count : 0,
      phantom: violations('I3'),
      corrupt: violations('I4'),
      misrouted: violations('I5'),
      leaked: violations('I6'),
      disordered: violations('I7'),
      imbalance: violations('I8'),
      stuck: violations('I9'),
    },
    invariants: found,
    settledSeconds: seen.settledSeconds,
    verdict: has('broken') ? 'broken' : has('unverified') ? 'unverified' : 'holds',
  };
}

/** What the command exits with. */
export const exitCodes: Readonly<Record<Report['verdict'], number>> = { holds: 0, broken: 1, unverified: 3 };
