import type { Committed } from '../client/admin';
import type { LogBounds } from '../client/partition-reader';

/** Where a partition goes on, from what its group committed and what its log holds. */
export type StartingPoint =
  | { readonly kind: 'start'; readonly at: bigint }
  /** Retention removed offsets from `from` up to, not including, `at` before they were read. */
  | { readonly kind: 'gap'; readonly from: bigint; readonly at: bigint }
  /** The log ends before what was read already: the topic was made anew, or the cluster lost data. */
  | { readonly kind: 'aboveEnd'; readonly committed: bigint; readonly end: bigint };

/** Nothing committed means the earliest record. What kafkajs would do, jump to the start without a word, is never reached. */
export function startingPoint(committed: Committed['offset'], log: LogBounds): StartingPoint {
  if (committed === null) return { kind: 'start', at: log.start };
  if (committed < log.start) return { kind: 'gap', from: committed, at: log.start };
  if (committed > log.stableEnd) return { kind: 'aboveEnd', committed, end: log.stableEnd };
  return { kind: 'start', at: committed };
}
