/** Version of the plan's rules. A ledger of another version names other events, and is not checked. */
export const PLAN_VERSION = 1;

/**
 * Why an event is in a run, which says where it must end: `valid` in the table; `schema-bad` and `enrich-bad` in the
 * dead letter, by the validator and the enricher; `oversize` in the dead letter, by the collector; `client-dup`, the same
 * event sent once more, nowhere; `conflict-dup`, another event under an id that is taken, in the table under its own id.
 */
export const eventClasses = [
  'valid',
  'schema-bad',
  'enrich-bad',
  'oversize',
  'client-dup',
  'conflict-dup',
] as const;
export type EventClass = (typeof eventClasses)[number];

/** How much of a run each class is, between 0 and 1; the rest is valid. */
export type Shares = Readonly<Record<Exclude<EventClass, 'valid'>, number>>;

export const defaultShares: Shares = {
  'schema-bad': 0.03,
  'enrich-bad': 0.02,
  oversize: 0.0002,
  'client-dup': 0.02,
  'conflict-dup': 0.01,
};

/** All that says what a run sends: with it, event number `seq` is a pure function of `seq`. */
export interface Plan {
  readonly version: number;
  /** UUID of the run: two runs of one seed send the same things under other ids. */
  readonly run: string;
  readonly seed: number;
  /** App that the events are of. */
  readonly app: string;
  /** Milliseconds since 1970; the device clock of event 0. Each later event is a millisecond later. */
  readonly startedAt: number;
  readonly shares: Shares;
  /** Size of an oversize event: above `BODY__MAX_BYTES` of the collector, below `BODY__DROP_BYTES`. */
  readonly oversizeBytes: number;
}

/** What is wrong with shares, in a sentence; null when nothing is. */
export function sharesProblem(shares: Shares): string | null {
  const all = Object.values(shares);
  if (all.some((share) => !(share >= 0 && share <= 1))) return 'a share is a number from 0 to 1';
  return all.reduce((sum, share) => sum + share, 0) <= 1 ? null : 'the shares add up to more than 1';
}
