import { canaryV4, canaryV6 } from './canaries';
import { roleOf } from './classes';
import { Dice } from './dice';
import { plannedEvent, type PlannedEvent } from './planned-event';
import type { Plan } from './plan';

/** One request of a run. */
export interface PlannedPayload {
  readonly first: number;
  readonly count: number;
  readonly method: 'GET' | 'POST';
  /** Path and query string. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for a GET. */
  readonly body: string | null;
}

/** How many events a payload holds: most are small, as trackers' are. */
const sizes = [1, 1, 2, 3, 5, 5, 8, 10, 15, 20] as const;
const GET_SHARE = 0.3;
const TP2 = '/com.snowplowanalytics.snowplow/tp2';
const PAYLOAD_DATA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const AGENT = 'headwater-verify/1';

/** What the user agent of an oversize event says, which is all that its failed event keeps of it. */
export const oversizeAgent = (seq: number): string => `${AGENT} (oversize ${String(seq)})`;

/** The number of the oversize event that a user agent names; null when it names none. */
export function oversizeSeq(userAgent: string): number | null {
  const [, digits] = /^headwater-verify\/1 \(oversize (\d{1,12})\)$/.exec(userAgent) ?? [];
  return digits === undefined ? null : Number(digits);
}

/**
 * How many events the payload that begins with event `first` holds. An oversize event is alone: its failed event is told
 * by its request.
 *
 * @param limit events that are left to send
 */
export function payloadCount(plan: Plan, first: number, limit: number): number {
  if (roleOf(plan, first).class === 'oversize') return 1;
  const dice = new Dice(plan.seed, first, 'payload');
  const wanted = Math.min(limit, sizes[dice.below(sizes.length, 0)] ?? 1);
  for (let count = 1; count < wanted; count += 1)
    if (roleOf(plan, first + count).class === 'oversize') return count;
  return wanted;
}

/** The request that carries events `first` to `first + count - 1`. The same each time that it is asked for. */
export function plannedPayload(plan: Plan, first: number, count: number): PlannedPayload {
  const events = Array.from({ length: count }, (_none, index) => plannedEvent(plan, first + index));
  const dice = new Dice(plan.seed, first, 'payload');
  const forwarded = dice.below(4, 1) === 0 ? canaryV6(first) : canaryV4(first, 'header');
  const [only] = events;
  const isOversize = only?.class === 'oversize';
  const headers = {
    'user-agent': isOversize ? oversizeAgent(first) : AGENT,
    'x-forwarded-for': forwarded,
  };
  if (only && count === 1 && !isOversize && dice.share(1) < GET_SHARE)
    return { first, count, method: 'GET', target: `/i?${queryOf(only)}`, headers, body: null };
  return {
    first,
    count,
    method: 'POST',
    target: isOversize ? `${TP2}?aid=${encodeURIComponent(plan.app)}` : TP2,
    headers: { ...headers, 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify({ schema: PAYLOAD_DATA, data: events.map(({ parameters }) => parameters) }),
  };
}

const queryOf = ({ parameters }: PlannedEvent): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
