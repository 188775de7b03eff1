import type { EventRecord } from './record';

/** What a client asks for. */
export interface Query {
  readonly meets: (record: EventRecord) => boolean;
  /** Most events to answer with, the latest ones. */
  readonly limit: number;
  /** How long to wait for `count` of them, milliseconds. */
  readonly waitMs: number;
  readonly count: number;
}

/** Longest wait. */
export const MAX_WAIT_MS = 60_000;

type Filter = (value: string) => (record: EventRecord) => boolean;

const equal =
  (of: (record: EventRecord) => string | null): Filter =>
  (value) =>
  (record) =>
    of(record) === value;

const common: Readonly<Record<string, Filter>> = {
  event_id: equal(({ eventId }) => eventId),
  test_id: equal(({ testId }) => testId),
  app_id: equal(({ appId }) => appId),
  schema: equal(({ schema }) => schema),
};

/** What good and bad events can be filtered by: the names of Snowplow Micro, and some of our own. */
const filters: Readonly<Record<EventRecord['kind'], Readonly<Record<string, Filter>>>> = {
  good: { ...common, event_type: equal(({ eventType }) => eventType) },
  bad: {
    ...common,
    vendor: equal(({ vendor }) => vendor),
    version: equal(({ version }) => version),
    failure_type: equal(({ failureType }) => failureType),
  },
};

const OTHERS = ['limit', 'wait', 'count'];

/** A filter that cannot be understood: the message is for the client. */
export class BadFilter extends Error {}

/**
 * Reads filters: `event_type`, `schema`, `contexts` (all of them), `limit` for good events, `vendor`, `version`, `limit` for bad
 * ones, and for both `event_id`, `test_id`, `app_id`, `wait` (`5s`, `500ms`) and `count`. Null and empty texts filter nothing.
 *
 * @param wanted values by name: texts, numbers, lists of texts
 * @throws {BadFilter}
 */
export function readQuery(kind: EventRecord['kind'], wanted: Readonly<Record<string, unknown>>): Query {
  const conditions: ((record: EventRecord) => boolean)[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    if (value === null || value === '' || OTHERS.includes(name)) continue;
    const filter = Object.hasOwn(filters[kind], name) ? filters[kind][name] : undefined;
    if (filter) conditions.push(filter(textOf(name, value)));
    else if (name === 'contexts' && kind === 'good') {
      const all = listOf(value);
      conditions.push(({ contexts }) => all.every((context) => contexts.includes(context)));
    } else throw new BadFilter(unknownFilter(kind, name));
  }
  return {
    meets: (record) => conditions.every((condition) => condition(record)),
    limit: numberOf('limit', wanted['limit'], Infinity),
    waitMs: waitOf(wanted['wait']),
    count: numberOf('count', wanted['count'], 1),
  };
}

function unknownFilter(kind: EventRecord['kind'], name: string): string {
  const known = [...Object.keys(filters[kind]), ...(kind === 'good' ? ['contexts'] : []), ...OTHERS];
  return `There is no filter "${name.slice(0, 50)}" for ${kind} events. Use ${known.join(', ')}.`;
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string') throw new BadFilter(`The filter "${name}" is not a text.`);
  return value;
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(',').filter(Boolean);
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new BadFilter('The filter "contexts" is not a list of Iglu URIs.');
}

function numberOf(name: string, value: unknown, otherwise: number): number {
  if (value === undefined || value === null || value === '') return otherwise;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0) throw new BadFilter(`"${name}" is not a number of events.`);
  return number;
}

const WAIT = /^(\d{1,6})(ms|s)?$/;

function waitOf(value: unknown): number {
  if (value === undefined || value === null || value === '') return 0;
  const match = typeof value === 'string' || typeof value === 'number' ? WAIT.exec(String(value)) : null;
  if (!match) throw new BadFilter('"wait" is not a time such as 5s or 500ms.');
  return Math.min(MAX_WAIT_MS, Number(match[1]) * (match[2] === 'ms' ? 1 : 1_000));
}
