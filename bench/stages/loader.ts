import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import type { Contender } from '../contenders/contender';
import { start } from '../launch';
import type { Measurement } from '../report/model';
import { voidReason } from '../report/void';
import { newRun, sql, type Workbench } from '../workbench';
import { throughService, type FilledRun } from './filling';
import { entrantOf, type MeasureStage } from './stage';
import { enrichedEvents } from './stream';
import { workOff } from './work-off';

/** How long the engine may go on merging behind a round, milliseconds. */
const MERGES_MS = 20_000;
const OURS = 'headwater.events_stored';

/**
 * The loader beside kafkajs and JSONEachRow, on valid events of our validator. What counts is the processor time of the loading
 * process and of the database engine together; merges that run meanwhile are in it.
 */
export const measureLoader: MeasureStage = async (bench, contenders) => {
  const { sizes, stack } = bench;
  const valid = await throughService(
    bench,
    'validator',
    await enrichedEvents(bench),
    topics.validEvents.name,
  );
  const measurements: Measurement[] = [];
  for (let round = 1; round <= sizes.rounds; round += 1)
    for (const contender of contenders)
      measurements.push(await measure(bench, contender, round, valid, stack.clickhouse.pid));
  return {
    title: 'Loader: valid events in, rows out',
    scenarios: [{ id: 'rows', title: 'Valid events from a filled topic', unit: 'row' }],
    entrants: contenders.map(entrantOf),
    measurements,
    skipped: [],
  };
};

async function measure(
  bench: Workbench,
  contender: Contender,
  round: number,
  input: FilledRun,
  engine: number,
): Promise<Measurement> {
  const { broker, parts, print } = bench;
  const table = contender.table ?? OURS;
  const group = contender.group ?? `bench-${newRun()}`;
  if (contender.group !== undefined) await broker.forgetGroup(contender.group);
  await emptyTable(bench, table);
  const running = await start(bench, contender, {
    group,
    settings: { INPUT: input.topic, TABLE: table },
    listens: false,
  });
  const { cpuUs, eventsPerSecond, others, peakBytes, done, problem, notes } = await workOff(
    bench,
    running,
    group,
    input,
    {
      engine,
    },
  );
  await parts.remove(running);
  const [[count, distinct] = []] = await sql(bench, `SELECT count(), uniqExact(event_id) FROM ${table}`);
  await mergesDone(bench);
  const reason =
    problem ??
    voidReason({
      sent: input.events,
      accepted: done,
      delivered: Number(count),
      distinct: Number(distinct),
    });
  const [service, database] = [cpuUs['service'] ?? 0, cpuUs['engine'] ?? 0];
  print(
    `  round ${round}, ${contender.name}: ${reason ?? `${service.toFixed(1)} µs a row and ${database.toFixed(1)} in the engine, ${Math.round(eventsPerSecond).toLocaleString('en-US')}/s`}`,
  );
  return {
    contender: contender.name,
    scenario: 'rows',
    round,
    cpuUs,
    unitsPerSecond: eventsPerSecond,
    accepted: done,
    delivered: Number(count),
    latency: null,
    peakBytes: { service: peakBytes },
    others,
    void: reason,
    notes,
  };
}

/** An empty table of the shape of ours. Made anew each time: what a table remembers of earlier inserts must not speed up a round. */
async function emptyTable(bench: Workbench, table: string): Promise<void> {
  if (table === OURS) {
    await sql(bench, `TRUNCATE TABLE ${table}`);
    return;
  }
  await sql(bench, `DROP TABLE IF EXISTS ${table} SYNC`);
  await sql(bench, `CREATE TABLE ${table} AS ${OURS}`);
}

/** The next round does not pay for the merges of this one. */
async function mergesDone(bench: Workbench): Promise<void> {
  const deadline = performance.now() + MERGES_MS;
  while (performance.now() < deadline) {
    const [[merging] = []] = await sql(bench, 'SELECT count() FROM system.merges');
    if (merging === '0') return;
    await sleep(200);
  }
}
