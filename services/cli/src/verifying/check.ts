import type { ClickHouse } from '@headwater/clickhouse';
import type { ServiceName } from '@headwater/contracts';
import type { TopicInspector } from '@headwater/kafka';
import {
  notLooked,
  Observations,
  SeenInput,
  SeenRecords,
  SeenRows,
  type Facts,
  type Leak,
  type Look,
} from '@headwater/verification';
import { scanFiles, scanMetrics, scanTables, withoutSecrets } from './leak-scan';
import { patiently, type Patience } from './patience';
import { refusalIn } from './refusal';
import { Tables } from './tables';
import { lagNow, observeInput, observeTopics, scanPayloads, targetsNow } from './topic-records';

export interface CheckSettings {
  readonly ledger: string;
  /** How long stages may take to catch up, and looks are tried again, milliseconds. */
  readonly settleMs: number;
  readonly scan: readonly string[];
  readonly metrics: readonly string[];
  /** What those addresses ask for; null: nothing. */
  readonly metricsToken: string | null;
  /** Services whose groups must work off what is there. */
  readonly groups: readonly ServiceName[];
  /** Whether anything is expected of the alerts. */
  readonly wantsAlerts: boolean;
}

export interface CheckMeans {
  readonly clickhouse: ClickHouse;
  /** Null where the topics may not be read. */
  readonly inspector: TopicInspector | null;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stop: AbortSignal;
  readonly onProgress: (sentence: string) => void;
}

const POLL_MS = 500;
/** No more rows for so long: none will come. Where lag cannot be seen. */
const QUIET_MS = 10_000;
/** How long a look at what has settled may take besides, for its retries. */
const LOOK_MS = 30_000;
/** What a check says of all that it had not looked at when it was told to stop. */
const STOPPED = {
  kind: 'failed',
  why: 'the check was stopped before it was looked at: check the same ledger again',
} as const;

/** Waits until the stages are done, and looks at everything. Told to stop, it looks at nothing more, and says so. */
export async function observe(
  facts: Facts,
  settings: CheckSettings,
  means: CheckMeans,
): Promise<Observations> {
  const { clickhouse, inspector, now, sleep, stop, onProgress } = means;
  const { app } = facts.plan;
  const seen = new Observations(facts);
  const tables = new Tables(clickhouse, app);
  const began = now();
  const settling: Patience = { until: began + settings.settleMs, now, sleep, stop };

  onProgress(`Waiting until ${app} has settled, ${String(settings.settleMs / 1_000)} s at most`);
  const settle = (): ReturnType<typeof settled> => settled(facts, settings.groups, tables, means, settling);
  seen.lag = await settle();
  // What the stages counted of the last events came into its topic after the wait had begun, and is waited for once more.
  if (inspector && !stop.aborted) seen.lag = await settle();
  seen.settledSeconds = Math.round((now() - began) / 100) / 10;

  // What takes its time is not what is waited for; an outage now is waited for anew.
  const look = async <T>(what: string, at: () => Promise<T>): Promise<Look<T>> => {
    if (stop.aborted) return STOPPED;
    if (what !== '') onProgress(what);
    return patiently(at, { until: now() + LOOK_MS, now, sleep, stop });
  };
  // Each attempt begins with nothing: what one that failed half-way has counted is not counted twice.
  seen.tables = await look('Reading the tables', async () => {
    const rows = new SeenRows(facts);
    await tables.observe(rows, facts);
    seen.rows = rows;
    return true as const;
  });

  if (inspector === null) {
    seen.topics = notLooked('the topics were not read: --no-kafka');
    seen.input = seen.topics;
  } else {
    seen.topics = await look('Reading the topics', async () => {
      const records = new SeenRecords(facts);
      await observeTopics(inspector, settings.ledger, facts, records);
      seen.records = records;
      return true as const;
    });
    seen.input = await look('', async () => {
      const came = new SeenInput(facts);
      await observeInput(inspector, settings.ledger, facts, came);
      seen.came = came;
      return true as const;
    });
  }

  await lookForLeaks(seen, settings, means, look);
  const accounting = await look('', () => tables.accounting());
  seen.accounting =
    accounting.kind !== 'seen'
      ? accounting
      : accounting.value === null
        ? notLooked('there is no view pipeline_accounting: run the job migrate of this version')
        : { kind: 'seen', value: accounting.value };
  if (settings.wantsAlerts) seen.alerts = await look('', () => tables.alerts(now() - facts.firstSentAt));
  return seen;
}

/** Waits until every group has done what was there, and no more rows come. */
async function settled(
  facts: Facts,
  groups: readonly ServiceName[],
  tables: Tables,
  { inspector, now, sleep, stop }: CheckMeans,
  patience: Patience,
): Promise<Observations['lag']> {
  const targets = inspector && (await patiently(() => targetsNow(inspector, groups), patience));
  const wanted = expectedRows(facts);
  let last = { events: -1, failed: -1 };
  let quietSince = now();
  let lag: Observations['lag'] = notLooked('lag was not looked at: --no-kafka');
  while (!stop.aborted) {
    if (inspector && targets?.kind === 'seen')
      lag = await patiently(() => lagNow(inspector, targets.value, groups), patience);
    else if (targets && targets.kind !== 'seen') lag = targets;
    const counts = await patiently(() => tables.counts(), patience);
    if (counts.kind === 'seen') {
      if (counts.value.events !== last.events || counts.value.failed !== last.failed) quietSince = now();
      last = counts.value;
    }
    const isDone = lag.kind === 'seen' && lag.value.every(({ left }) => left === 0);
    const isComplete = last.events >= wanted.events && last.failed >= wanted.failed;
    const isQuiet = now() - quietSince >= QUIET_MS;
    if (
      lag.kind === 'seen'
        ? isDone && (isComplete || now() - quietSince >= POLL_MS * 4)
        : isComplete || isQuiet
    )
      break;
    if (now() >= patience.until) break;
    await sleep(POLL_MS);
  }
  // What is still on its way is not lost.
  return stop.aborted ? STOPPED : lag;
}

/** Rows that must be there at least. */
function expectedRows(facts: Facts): { readonly events: number; readonly failed: number } {
  const wanted = { events: 0, failed: 0 };
  for (const content of facts.contents()) {
    if (!facts.wasAccepted(content)) continue;
    const name = facts.classOf(content);
    if (name === 'valid' || name === 'conflict-dup') wanted.events += 1;
    else wanted.failed += 1;
  }
  return wanted;
}

/** A place in which no canary may be. */
interface Place {
  /** In words, for the report. */
  readonly name: string;
  /** @returns null where it is kept from us */
  readonly scan: () => Promise<readonly Leak[] | null>;
}

/** Looks everywhere, whatever became of the places before: a leak that was found stays found. */
async function lookForLeaks(
  seen: Observations,
  { ledger, scan, metrics, metricsToken }: CheckSettings,
  { clickhouse, inspector }: CheckMeans,
  look: <T>(what: string, at: () => Promise<T>) => Promise<Look<T>>,
): Promise<void> {
  const { plan, firstSentAt } = seen.facts;
  // Canaries in these were looked for when they were read.
  const read = (look: Look<true>, ...names: readonly string[]): readonly Place[] =>
    look.kind === 'seen' ? names.map((name) => ({ name, scan: () => Promise.resolve([]) })) : [];
  const places: readonly Place[] = [
    { name: 'all tables', scan: () => scanTables(clickhouse, plan.app) },
    ...read(seen.topics, 'the topic failed-events', 'the topic valid-events'),
    ...read(seen.input, 'the topic enriched-events'),
    ...(inspector === null
      ? []
      : [
          {
            name: 'the topic collector-payloads',
            scan: () => ifAllowed(() => scanPayloads(inspector, ledger, firstSentAt)),
          },
        ]),
    ...scan.map((path) => ({ name: path, scan: () => scanFiles([path]) })),
    ...metrics.map((url) => ({ name: withoutSecrets(url), scan: () => scanMetrics([url], metricsToken) })),
  ];
  const scanned: string[] = [];
  const failed: string[] = [];
  for (const [index, place] of places.entries()) {
    const found = await look(index === 0 ? 'Looking for addresses' : '', place.scan);
    if (found.kind !== 'seen') failed.push(`${place.name}: ${found.why}`);
    else if (found.value !== null) {
      for (const leak of found.value) seen.leak(leak);
      scanned.push(place.name);
    }
  }
  seen.leakScan =
    failed.length === 0 ? { kind: 'seen', value: scanned } : { kind: 'failed', why: failed.join('; ') };
}

/** What only the enricher may read can be kept from us, which is as it should be: null then. */
async function ifAllowed<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (refusalIn(error) !== null) return null;
    throw error;
  }
}
