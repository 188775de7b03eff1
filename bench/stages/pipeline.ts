import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { startPipeline, type Pipeline } from '@headwater/pipeline';
import { BENCH_APP, TP2_PATH } from '../data/events';
import type { LoadPlan } from '../load/protocol';
import { climb } from '../measure/climb';
import { CpuMeter, memoryOf } from '../measure/cpu-meter';
import type { Measurement } from '../report/model';
import { voidReason } from '../report/void';
import { services } from '../services';
import { freeAll, newRun, sql, type Workbench } from '../workbench';
import { probe } from './probe';
import type { MeasureStage } from './stage';

const EVENTS_PER_POST = 10;
const CONNECTIONS = 64;
/** Rate at which the delay is measured, events a second, one event a POST. */
const PROBED_RATE = 1_000;
/** Load before the first round, so that compilers are done. */
const WARM = { seconds: 20, rate: 2_500 } as const;
/** Events on their way at the end of a stretch that was kept up, as seconds of its rate. */
const IN_HAND_SECONDS = 3;
/** How long the pipeline may take to run empty, milliseconds. */
const DRAIN_MS = 120_000;
const NAME = 'pipeline';
const TABLE = 'headwater.events_stored';

interface Bound {
  readonly bench: Workbench;
  readonly pipeline: Pipeline;
  readonly port: number;
}

/**
 * The whole pipeline with broker, registry, engine and load generator on all processors: the rate it keeps up, what an event
 * costs in each process, and the time from request to queryable row.
 */
export const measurePipeline: MeasureStage = async (bench) => {
  const { sizes, parts, broker, endpoints, dir, print } = bench;
  for (const { name } of Object.values(topics)) await broker.trim(name);
  for (const name of services) await broker.forgetGroup(`headwater-${name}`);
  freeAll(bench);
  const pipeline = parts.add(
    await startPipeline({ endpoints, dataDir: dir, env: { all: { NODE_ENV: 'production' } } }),
  );
  for (const name of services) bench.processors.free(pipeline.service(name).pid());
  const bound: Bound = { bench, pipeline, port: Number(new URL(pipeline.collectorUrl).port) };
  print(`  warming up at ${WARM.rate.toLocaleString('en-US')} events a second`);
  await stretch(bound, WARM.rate, Math.min(WARM.seconds, sizes.sustainSeconds), 0);

  const measurements: Measurement[] = [];
  let best = sizes.rates.find((rate) => rate >= 5_000) ?? WARM.rate;
  for (let round = 1; round <= sizes.rounds; round += 1) {
    measurements.push(await queryable(bound, round));
    const tried: Measurement[] = [];
    const held = await climb(sizes.rates, best, async (rate) => {
      const { measurement, keptUp } = await stretch(bound, rate, sizes.sustainSeconds, round);
      tried.push(measurement);
      print(
        `  round ${round}, ${rate.toLocaleString('en-US')} events a second: ${measurement.void ?? (keptUp ? 'kept up' : 'not kept up')}`,
      );
      return keptUp;
    });
    const figure = tried.find(({ unitsPerSecond }) => unitsPerSecond === held) ?? tried[0];
    if (figure)
      measurements.push(
        held === null
          ? { ...figure, unitsPerSecond: 0, notes: ['it kept up with none of the rates'] }
          : figure,
      );
    best = held ?? best;
  }
  await parts.remove(pipeline);
  return {
    title: 'The whole pipeline, with broker, registry and engine',
    scenarios: [
      {
        id: 'sustained',
        title: `The rate that is kept up for ${sizes.sustainSeconds} s, ${EVENTS_PER_POST} events a POST (tried: ${sizes.rates.map((rate) => rate.toLocaleString('en-US')).join('; ')})`,
        unit: 'event',
      },
      {
        id: 'queryable',
        title: `From request to queryable row, at ${PROBED_RATE.toLocaleString('en-US')} events a second, 1 event a POST`,
        unit: 'event',
      },
    ],
    entrants: [
      {
        name: NAME,
        role: 'ours',
        does: 'Collector, enricher, validator, loader and quality monitor with default settings, Kafka, the registry, ClickHouse and the load generator on the same processors.',
      },
    ],
    measurements,
    skipped: [],
  };
};

/** Sends at a rate for some time and lets the pipeline run empty. */
async function stretch(
  bound: Bound,
  rate: number,
  seconds: number,
  round: number,
): Promise<{ readonly measurement: Measurement; readonly keptUp: boolean }> {
  const { bench, port } = bound;
  const run = newRun();
  await sql(bench, `TRUNCATE TABLE ${TABLE}`);
  const meter = meterOf(bound);
  await bench.load.start(planOf(port, run, EVENTS_PER_POST, rate));
  await sleep(seconds * 1000);
  const sent = await bench.load.count();
  const usage = meter.read();
  const stored = await rowsOf(bench);
  const peakBytes = peaksOf(bound);
  const final = await bench.load.stop();
  const accepted = final.accepted * EVENTS_PER_POST;
  const [delivered, distinct] = await runEmpty(bench, accepted);

  const inHand = sent.accepted * EVENTS_PER_POST - stored;
  const inTime = sent.accepted * EVENTS_PER_POST >= rate * seconds * 0.98;
  const keptUp = inTime && inHand <= rate * IN_HAND_SECONDS;
  return {
    keptUp,
    measurement: {
      contender: NAME,
      scenario: 'sustained',
      round,
      cpuUs: perEvent(usage.cpuUs, sent.accepted * EVENTS_PER_POST),
      unitsPerSecond: rate,
      accepted,
      delivered,
      latency: null,
      peakBytes,
      others: usage.others,
      void: voidReason({ sent: final.sent * EVENTS_PER_POST, accepted, delivered, distinct }),
      notes: [],
    },
  };
}

/** Probes the delay under a steady load. */
async function queryable(bound: Bound, round: number): Promise<Measurement> {
  const { bench, pipeline, port } = bound;
  const run = newRun();
  await sql(bench, `TRUNCATE TABLE ${TABLE}`);
  await bench.load.start(planOf(port, run, 1, PROBED_RATE));
  await sleep(bench.sizes.settleSeconds * 2_000);
  const before = await bench.load.count();
  const meter = meterOf(bound);
  const probed = await probe(bench, pipeline.collectorUrl, bench.sizes.probeSeconds);
  const usage = meter.read();
  const now = await bench.load.count();
  const peakBytes = peaksOf(bound);
  const final = await bench.load.stop();
  const [delivered, distinct] = await runEmpty(bench, final.accepted);
  const events = now.accepted - before.accepted;
  const missing = probed.sent - probed.seen;
  const measurement: Measurement = {
    contender: NAME,
    scenario: 'queryable',
    round,
    cpuUs: perEvent(usage.cpuUs, events),
    unitsPerSecond: events / usage.seconds,
    accepted: final.accepted,
    delivered,
    latency: probed.latency,
    peakBytes,
    others: usage.others,
    void:
      missing > 0
        ? `${missing} of ${probed.sent} probes were never seen`
        : voidReason({ sent: final.sent, accepted: final.accepted, delivered, distinct }),
    notes: [],
  };
  const { latency } = probed;
  bench.print(
    `  round ${round}, request to queryable row: ${measurement.void ?? `p50 ${Math.round(latency?.p50 ?? 0)} ms, p99 ${Math.round(latency?.p99 ?? 0)} ms of ${probed.seen} probes`}`,
  );
  return measurement;
}

function planOf(port: number, run: string, eventsPerRequest: number, eventsPerSecond: number): LoadPlan {
  return {
    port,
    path: TP2_PATH,
    eventsPerRequest,
    connections: CONNECTIONS,
    run,
    requestsPerSecond: eventsPerSecond / eventsPerRequest,
  };
}

function meterOf({ bench, pipeline }: Bound): CpuMeter<string> {
  const ours = services.map((name) => [name, pipeline.service(name).pid()] as const);
  return new CpuMeter({
    ...Object.fromEntries(ours),
    broker: bench.stack.kafka.pid,
    engine: bench.stack.clickhouse.pid,
  });
}

/** Of the services alone: how much memory broker and engine take is their own setting. */
function peaksOf({ pipeline }: Bound): Readonly<Record<string, number>> {
  return Object.fromEntries(
    services.map((name) => [name, memoryOf(pipeline.service(name).pid())?.peak ?? 0]),
  );
}

const perEvent = (cpuUs: Readonly<Record<string, number>>, events: number): Record<string, number> =>
  Object.fromEntries(Object.entries(cpuUs).map(([part, us]) => [part, us / Math.max(1, events)]));

/** Rows of the load. */
async function rowsOf(bench: Workbench): Promise<number> {
  const [[count] = []] = await sql(bench, `SELECT count() FROM ${TABLE} WHERE app_id = '${BENCH_APP}'`);
  return Number(count);
}

/** Waits until there are as many rows as events were accepted, or long enough; then counts different events too. */
async function runEmpty(bench: Workbench, accepted: number): Promise<readonly [number, number]> {
  const deadline = performance.now() + DRAIN_MS;
  while ((await rowsOf(bench)) < accepted && performance.now() < deadline) await sleep(500);
  const [[count, distinct] = []] = await sql(
    bench,
    `SELECT count(), uniqExact(event_id) FROM ${TABLE} WHERE app_id = '${BENCH_APP}'`,
  );
  return [Number(count), Number(distinct)];
}
