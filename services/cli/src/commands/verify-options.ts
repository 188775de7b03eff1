import { randomInt, randomUUID } from 'node:crypto';
import {
  defaultShares,
  PLAN_VERSION,
  sharesProblem,
  type EventClass,
  type RunLine,
  type Shares,
} from '@headwater/verification';
import { countOf, textOf, UsageError, type Options, type Values } from '../command';

/** Options of what is sent. */
export const loadOptions: Options = {
  collector: { type: 'string', shows: 'URL', help: 'address of the collector (http://127.0.0.1:9090)' },
  ledger: { type: 'string', shows: 'DIR', help: 'folder for the ledger: a new one (required)' },
  events: { type: 'string', shows: 'N', help: 'send so many events (10000)' },
  seconds: { type: 'string', shows: 'N', help: 'or send for so long' },
  rate: { type: 'string', shows: 'N', help: 'events a second (500)' },
  seed: { type: 'string', shows: 'N', help: 'what is sent follows from it (drawn)' },
  app: { type: 'string', shows: 'NAME', help: 'app of the events: one of their own (verify-…)' },
  'bad-share': { type: 'string', shows: 'SHARE', help: 'share of bad events (0.05)' },
  'duplicate-share': { type: 'string', shows: 'SHARE', help: 'share of events sent twice (0.02)' },
  'conflict-share': {
    type: 'string',
    shows: 'SHARE',
    help: 'share of events under an id that is taken (0.01)',
  },
  'oversize-share': { type: 'string', shows: 'SHARE', help: 'share of events too large to be kept (0.0002)' },
  'oversize-bytes': { type: 'string', shows: 'N', help: 'their size: above BODY__MAX_BYTES (1200000)' },
  'in-flight': { type: 'string', shows: 'N', help: 'requests on their way at the same time (64)' },
  timeout: { type: 'string', shows: 'SECONDS', help: 'wait so long for an answer (15)' },
  'give-up': { type: 'string', shows: 'SECONDS', help: 'send a payload again for so long (300)' },
  'no-watch': { type: 'boolean', help: 'do not read the topics meanwhile' },
};

/** Options of what is checked. */
export const checkOptions: Options = {
  ledger: { type: 'string', shows: 'DIR', help: 'folder with the ledger (required)' },
  settle: { type: 'string', shows: 'SECONDS', help: 'wait so long for the stages to catch up (60)' },
  scan: {
    type: 'string',
    multiple: true,
    shows: 'PATH',
    help: 'also look for addresses in this file or folder',
  },
  metrics: {
    type: 'string',
    multiple: true,
    shows: 'URL',
    help: 'also look for addresses in what this answers',
  },
  'expect-alert': {
    type: 'string',
    multiple: true,
    shows: 'CHECK',
    help: 'this check must have raised an alert',
  },
  'expect-no-alert': {
    type: 'string',
    multiple: true,
    shows: 'CHECK',
    help: 'this check must not have; "*": none may',
  },
  'no-kafka': { type: 'boolean', help: 'look at ClickHouse alone' },
  'no-monitor': { type: 'boolean', help: 'no quality monitor runs: do not wait for it' },
};

/** @throws {UsageError} when it is not given */
export function ledgerOf(values: Values): string {
  const ledger = textOf(values, 'ledger');
  if (ledger === undefined || ledger === '')
    throw new UsageError('it is not said where the ledger is. Name a folder with --ledger DIR.');
  return ledger;
}

/** The run that the options describe. */
export function runOf(values: Values, now: number): RunLine {
  const run = randomUUID();
  return {
    kind: 'run',
    version: PLAN_VERSION,
    run,
    seed: countOf(values, 'seed', randomInt(1, 999_999_999)),
    app: textOf(values, 'app') ?? `verify-${run.slice(0, 8)}`,
    startedAt: now,
    shares: sharesOf(values),
    oversizeBytes: countOf(values, 'oversize-bytes', 1_200_000),
    collector: collectorOf(values).href,
    rate: countOf(values, 'rate', 500),
  };
}

/** How many events to send. */
export function eventsOf(values: Values, rate: number): number {
  if (values['events'] !== undefined && values['seconds'] !== undefined)
    throw new UsageError('--events and --seconds exclude each other: give one of them.');
  return values['seconds'] === undefined
    ? countOf(values, 'events', 10_000)
    : countOf(values, 'seconds', 60) * rate;
}

export function collectorOf(values: Values): URL {
  const text = textOf(values, 'collector') ?? 'http://127.0.0.1:9090';
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError(`--collector is "${text}". Give an address like http://127.0.0.1:9090.`);
  return url;
}

function sharesOf(values: Values): Shares {
  const share = (option: string, standard: number): number => {
    const text = textOf(values, option);
    if (text === undefined) return standard;
    if (!/^(0(\.\d+)?|1)$/.test(text))
      throw new UsageError(
        `--${option} is "${text}". Give a share from 0 to 1, like --${option} ${String(standard)}.`,
      );
    return Number(text);
  };
  const bad = share('bad-share', defaultShares['schema-bad'] + defaultShares['enrich-bad']);
  const schemaBad = bad * 0.6;
  const shares: Record<Exclude<EventClass, 'valid'>, number> = {
    'schema-bad': schemaBad,
    'enrich-bad': bad - schemaBad,
    oversize: share('oversize-share', defaultShares.oversize),
    'client-dup': share('duplicate-share', defaultShares['client-dup']),
    'conflict-dup': share('conflict-share', defaultShares['conflict-dup']),
  };
  const problem = sharesProblem(shares);
  if (problem !== null) throw new UsageError(`The shares cannot be had: ${problem}. Lower one of them.`);
  return shares;
}
