import { FailureType } from '@headwater/contracts';
import { isOn, textOf, UsageError, type Options, type Values } from '../command';

/** Which failed events a command is about. As JSON it is part of the audit record. */
export interface Filter {
  readonly type?: string;
  readonly app?: string;
  /** Schema that a failure names; `*` stands for anything. */
  readonly schema?: string;
  /** Collector time, milliseconds: from here on. */
  readonly since?: number;
  /** Collector time, milliseconds: before this. */
  readonly until?: number;
  readonly id?: string;
  readonly problem?: string;
  /** Also those that are resolved. */
  readonly all?: true;
  /** A run of replays takes no more than so many. */
  readonly limit?: number;
}

export const filterOptions: Options = {
  type: { type: 'string', shows: 'TYPE', help: 'failure type, e.g. schema_violation' },
  app: { type: 'string', shows: 'APP', help: 'app id' },
  schema: {
    type: 'string',
    shows: 'SCHEMA',
    help: 'schema that a failure names; * stands for anything: iglu:com.acme/*',
  },
  since: {
    type: 'string',
    shows: 'TIME',
    help: 'received at or after: 2026-11-21, 2026-11-21T10:00Z, or an age like 90m, 2h, 7d',
  },
  until: { type: 'string', shows: 'TIME', help: 'received before; written as --since' },
  id: { type: 'string', shows: 'ID', help: 'failed_id of one failed event' },
  problem: {
    type: 'string',
    shows: 'ID',
    help: 'problem_id: all events with this cause (headwater failed problems)',
  },
  unresolved: { type: 'boolean', help: 'only those that nothing stands for yet; this is the default' },
  all: { type: 'boolean', help: 'also those that are resolved' },
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PROBLEM = /^[0-9a-f]{16}$/i;
const AGE = /^(\d{1,5})(m|h|d)$/;
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;
const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads the filter from the options.
 *
 * @param now for ages, milliseconds
 * @throws {UsageError}
 */
export function filterOf(values: Values, now: number): Filter {
  if (isOn(values, 'all') && isOn(values, 'unresolved'))
    throw new UsageError('--all and --unresolved exclude each other. Leave one out.');
  const type = textOf(values, 'type');
  if (type !== undefined && !(FailureType as readonly string[]).includes(type))
    throw new UsageError(`--type is "${type}". The failure types are ${FailureType.join(', ')}.`);
  const since = timeOf(values, 'since', now);
  const until = timeOf(values, 'until', now);
  const id = idOf(values, 'id', UUID, 'a failed_id, a UUID');
  const problem = idOf(values, 'problem', PROBLEM, 'a problem_id, 16 hexadecimal digits');
  const [app, schema] = [textOf(values, 'app'), textOf(values, 'schema')];
  return {
    ...(type === undefined ? {} : { type }),
    ...(app === undefined ? {} : { app }),
    ...(schema === undefined ? {} : { schema }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(id === undefined ? {} : { id }),
    ...(problem === undefined ? {} : { problem }),
    ...(isOn(values, 'all') ? { all: true } : {}),
  };
}

function timeOf(values: Values, name: string, now: number): number | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const [, amount, unit] = AGE.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return now - Number(amount) * (unitMs[unit] ?? 0);
  const time = TIME.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new UsageError(
    `--${name} is "${text}". Give a day (2026-11-21), a time with its zone (2026-11-21T10:00Z), or an age (90m, 2h, 7d).`,
  );
}

function idOf(values: Values, name: string, form: RegExp, what: string): string | undefined {
  const text = textOf(values, name);
  if (text !== undefined && !form.test(text))
    throw new UsageError(`--${name} is "${text}", which is not ${what}.`);
  return text?.toLowerCase();
}

/** A condition on `failed_event_status`, with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The filter as a condition on the view `failed_event_status`. */
export const conditionOf = (filter: Filter): Condition =>
  condition(filter, {
    type: 'failure_type = {type:String}',
    app: 'app_id = {app:String}',
    schema: 'arrayExists(failure -> failure.schema LIKE {schema:String}, failures)',
    since: 'collector_tstamp >= fromUnixTimestamp64Milli({since:Int64})',
    until: 'collector_tstamp < fromUnixTimestamp64Milli({until:Int64})',
    id: 'failed_id = {id:UUID}',
    problem: 'failed_id IN (SELECT failed_id FROM failed_event_causes WHERE problem_id = {problem:String})',
    unresolved: "resolution = ''",
  });

/** The filter as a condition on the view `failed_event_problems`: a problem that was seen in the time, or that the event has. */
export const problemConditionOf = (filter: Filter): Condition =>
  condition(filter, {
    type: 'failure_type = {type:String}',
    app: 'app_id = {app:String}',
    schema: 'schema LIKE {schema:String}',
    since: 'last_seen >= fromUnixTimestamp64Milli({since:Int64})',
    until: 'first_seen < fromUnixTimestamp64Milli({until:Int64})',
    id: 'problem_id IN (SELECT problem_id FROM failed_event_causes WHERE failed_id = {id:UUID})',
    problem: 'problem_id = {problem:String}',
    unresolved: 'unresolved > 0',
  });

type Term = Exclude<keyof Filter, 'all' | 'limit'>;

function condition(filter: Filter, sql: Readonly<Record<Term | 'unresolved', string>>): Condition {
  const { all, schema } = filter;
  const terms = (Object.keys(sql) as (Term | 'unresolved')[]).filter(
    (term): term is Term => term !== 'unresolved' && filter[term] !== undefined,
  );
  const params = Object.fromEntries(
    terms.map((term) => [term, term === 'schema' ? likeOf(schema ?? '') : filter[term]]),
  );
  const parts = terms.map((term) => sql[term]);
  // Whoever names one wants to see it, resolved or not.
  if (all !== true && filter.id === undefined) parts.push(sql.unresolved);
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), params };
}

const likeOf = (pattern: string): string => pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');
