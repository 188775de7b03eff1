import type { ClickHouse } from '@headwater/clickhouse';
import type { TopicInspector } from '@headwater/kafka';
import { ServiceError } from '@headwater/stage';
import {
  notLooked,
  Observations,
  SeenRecords,
  SeenRows,
  type Facts,
  type Leak,
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

/** Waits until the stages are done, and looks at everything. */
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
  seen.lag = await settled(facts, tables, means, settling);
  // What the stages counted of the last events came into its topic after the wait had begun, and is waited for once more.
  if (inspector) seen.lag = await settled(facts, tables, means, settling);
  seen.settledSeconds = Math.round((now() - began) / 100) / 10;

  // What takes its time is not what is waited for; an outage now is waited for anew.
  const looking = (): Patience => ({ until: now() + LOOK_MS, now, sleep, stop });
  onProgress('Reading the tables');
  seen.tables = await patiently(async () => {
    const rows = new SeenRows(facts);
    await tables.observe(rows, facts);
    seen.rows = rows;
    return true as const;
  }, looking());

  if (inspector === null) seen.topics = notLooked('the topics were not read: --no-kafka');
  else {
    onProgress('Reading the topics');
    seen.topics = await patiently(async () => {
      const records = new SeenRecords(facts);
      await observeTopics(inspector, settings.ledger, facts, records);
      seen.records = records;
      return true as const;
    }, looking());
    seen.input = await patiently(async () => {
      await observeInput(inspector, settings.ledger, facts, seen.records);
      return true as const;
    }, looking());
  }

  onProgress('Looking for addresses');
  const hasReadTopics = seen.topics.kind === 'seen';
  const leaks = await patiently(() => lookForLeaks(facts, settings, means, hasReadTopics), looking());
  if (leaks.kind === 'seen') {
    for (const leak of leaks.value.leaks) seen.leak(leak);
    seen.leakScan = { kind: 'seen', value: leaks.value.scanned };
  } else seen.leakScan = leaks;
  const accounting = await patiently(() => tables.accounting(), looking());
  seen.accounting =
    accounting.kind !== 'seen'
      ? accounting
      : accounting.value === null
        ? notLooked('there is no view pipeline_accounting: run the job migrate of this version')
        : { kind: 'seen', value: accounting.value };
  if (settings.wantsAlerts)
    seen.alerts = await patiently(() => tables.alerts(facts.firstSentAt, now()), looking());
  return seen;
}

/** Waits until every group has done what was there, and no more rows come. */
async function settled(
  facts: Facts,
  tables: Tables,
  { inspector, now, sleep, stop }: CheckMeans,
  patience: Patience,
): Promise<Observations['lag']> {
  const targets = inspector && (await patiently(() => targetsNow(inspector), patience));
  const wanted = expectedRows(facts);
  let last = { events: -1, failed: -1 };
  let quietSince = now();
  let lag: Observations['lag'] = notLooked('lag was not looked at: --no-kafka');
  while (!stop.aborted) {
    if (inspector && targets?.kind === 'seen')
      lag = await patiently(() => lagNow(inspector, targets.value), patience);
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
  return lag;
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

/** @returns what was found, and what was scanned, in words */
async function lookForLeaks(
  { plan, firstSentAt }: Facts,
  { scan, metrics, metricsToken }: CheckSettings,
  { clickhouse, inspector }: CheckMeans,
  hasReadTopics: boolean,
): Promise<{ readonly leaks: readonly Leak[]; readonly scanned: readonly string[] }> {
  const inTables = await scanTables(clickhouse, plan.app);
  const inPayloads = inspector === null ? null : await ifAllowed(() => scanPayloads(inspector, firstSentAt));
  return {
    leaks: [
      ...inTables,
      ...(inPayloads ?? []),
      ...(await scanFiles(scan)),
      ...(await scanMetrics(metrics, metricsToken)),
    ],
    scanned: [
      'all tables',
      ...(hasReadTopics ? ['the topic failed-events'] : []),
      ...(inPayloads === null ? [] : ['the topic collector-payloads']),
      ...scan,
      ...metrics.map(withoutSecrets),
    ],
  };
}

/** What only the enricher may read can be kept from us: null then. */
async function ifAllowed<T>(look: () => Promise<T>): Promise<T | null> {
  try {
    return await look();
  } catch (error) {
    if (refusalIn(error) !== null || (error instanceof ServiceError && !error.retriable)) return null;
    throw error;
  }
}
