import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@headwater/contracts';
import { LOOPBACK } from '@headwater/stack';
import { TP2_PATH } from '../data/events';
import type { Contender } from '../contenders/contender';
import { start, type Running } from '../launch';
import type { LoadCounts, LoadPlan } from '../load/protocol';
import { CpuMeter, memoryOf } from '../measure/cpu-meter';
import { isFlat } from '../measure/statistics';
import type { Measurement, Scenario } from '../report/model';
import { voidReason } from '../report/void';
import { newRun, type Workbench } from '../workbench';
import { entrantOf, type MeasureStage } from './stage';

/** A scenario with what is sent in it. */
interface Sending extends Scenario {
  readonly eventsPerRequest: number;
  /** Requests a second; null: as many as are answered. */
  readonly perSecond: number | null;
}

/** Connections that an open load may use. */
const RATE_CONNECTIONS = 64;
/** How long records may take to show at the end of their topic, milliseconds. */
const ARRIVAL_MS = 10_000;

/** Something that makes a contender work. */
interface Driver {
  start(sending: Sending): Promise<void>;
  count(): Promise<LoadCounts>;
  stop(): Promise<LoadCounts>;
}

interface Participant {
  readonly contender: Contender;
  readonly running: Running;
  readonly driver: Driver;
  readonly notes: readonly string[];
}

/**
 * The collector beside others who take HTTP requests: CPU of the server process alone, by request. All servers stay up over all
 * rounds, so that each is warm; only one is under load at a time.
 */
export const measureCollector: MeasureStage = async (bench, contenders) => {
  const { sizes, broker, print } = bench;
  const scenarios = sendings(sizes.requestsPerSecond);
  await broker.shortenSegments(topics.collectorPayloads.name);
  for (const { topic } of contenders)
    if (topic !== null && topic !== topics.collectorPayloads.name) await broker.createTopic(topic);

  const participants: Participant[] = [];
  const skipped: { name: string; why: string }[] = [];
  for (const contender of contenders) {
    try {
      participants.push(await warmUp(bench, contender, scenarios[0]));
    } catch (error) {
      if (contender.role !== 'peer') throw error;
      skipped.push({ name: contender.name, why: `it could not be started: ${String(error)}` });
    }
  }
  const measurements: Measurement[] = [];
  for (let round = 1; round <= sizes.rounds; round += 1) {
    for (const participant of participants) {
      const { name } = participant.contender;
      for (const sending of scenarios) {
        if (sending.perSecond !== null && participant.contender.load === 'itself') continue;
        const measured = await measure(bench, participant, sending, round);
        measurements.push(measured);
        print(`  round ${round}, ${name}, ${sending.title}: ${summaryOf(measured)}`);
      }
    }
  }
  for (const { running } of participants) await bench.parts.remove(running);
  return {
    title: 'Collector: HTTP in, Kafka out',
    scenarios: scenarios.map(({ id, title, unit }) => ({ id, title, unit })),
    entrants: participants.map(({ contender }) => entrantOf(contender)),
    measurements,
    skipped,
  };
};

function sendings(perSecond: number): readonly [Sending, ...Sending[]] {
  return [
    { id: 'one', title: '1 event a POST, saturated', unit: 'request', eventsPerRequest: 1, perSecond: null },
    { id: 'ten', title: '10 events a POST, saturated', unit: 'event', eventsPerRequest: 10, perSecond: null },
    {
      id: 'rate',
      title: `1 event a POST, ${perSecond.toLocaleString('en-US')} requests a second`,
      unit: 'request',
      eventsPerRequest: 1,
      perSecond,
    },
  ];
}

/** Starts a contender and loads it until a request costs the same in three windows. */
async function warmUp(bench: Workbench, contender: Contender, sending: Sending): Promise<Participant> {
  const { sizes, print } = bench;
  const running = await start(bench, contender, { group: `bench-${newRun()}` });
  const driver = contender.load === 'itself' ? ownDriver(running) : requestDriver(bench, contender, running);
  const costs: number[] = [];
  await driver.start(sending);
  let before = await driver.count();
  const begun = performance.now();
  while (!isFlat(costs) && (performance.now() - begun) / 1000 < sizes.warmAtMost) {
    const meter = new CpuMeter({ server: running.pid });
    await sleep(sizes.warmSeconds * 1000);
    const now = await driver.count();
    costs.push(meter.read().cpuUs.server / Math.max(1, now.accepted - before.accepted));
    before = now;
  }
  await driver.stop();
  if (contender.topic !== null) await bench.broker.trim(contender.topic);
  const seconds = Math.round((performance.now() - begun) / 1000);
  const course = costs.map((cost) => cost.toFixed(1)).join(', ');
  print(
    `  ${contender.name} is ${isFlat(costs) ? 'warm' : 'not flat yet'} after ${seconds} s: ${course} µs a request`,
  );
  const notes = isFlat(costs)
    ? []
    : [`after ${seconds} s of warm-up the last three windows still differed by more than 3 %`];
  return { contender, running, driver, notes };
}

async function measure(
  { sizes, broker }: Workbench,
  { contender, running, driver, notes }: Participant,
  sending: Sending,
  round: number,
): Promise<Measurement> {
  const { topic } = contender;
  const already = topic === null ? 0 : await broker.written(topic);
  await driver.start(sending);
  await sleep(sizes.settleSeconds * 1000);
  const before = await driver.count();
  const meter = new CpuMeter({ server: running.pid });
  await sleep((sending.perSecond === null ? sizes.windowSeconds : sizes.rateSeconds) * 1000);
  const now = await driver.count();
  const usage = meter.read();
  const peakBytes = memoryOf(running.pid)?.peak;
  const final = await driver.stop();

  const recordsPerRequest = contender.records === 'one an event' ? sending.eventsPerRequest : 1;
  const accepted = final.accepted * recordsPerRequest;
  const delivered = topic === null ? null : await arrived(() => broker.written(topic), already, accepted);
  if (topic !== null) await broker.trim(topic);

  const unitsPerRequest = sending.unit === 'event' ? sending.eventsPerRequest : 1;
  const units = (now.accepted - before.accepted) * unitsPerRequest;
  return {
    contender: contender.name,
    scenario: sending.id,
    round,
    cpuUs: { server: usage.cpuUs.server / Math.max(1, units) },
    unitsPerSecond: units / usage.seconds,
    accepted,
    delivered,
    latency: now.latency,
    peakBytes: peakBytes === undefined ? {} : { server: peakBytes },
    others: usage.others,
    void: running.alive()
      ? voidReason({ sent: final.sent * recordsPerRequest, accepted, delivered, distinct: null })
      : 'the program ended during the round',
    notes: round === 1 && sending.id === 'one' ? notes : [],
  };
}

/** Waits until all that was accepted is at the end of its topic, or long enough. */
async function arrived(written: () => Promise<number>, already: number, accepted: number): Promise<number> {
  const deadline = performance.now() + ARRIVAL_MS;
  for (;;) {
    const delivered = (await written()) - already;
    if (delivered >= accepted || performance.now() > deadline) return delivered;
    await sleep(100);
  }
}

function requestDriver({ load, sizes }: Workbench, contender: Contender, { port }: Running): Driver {
  const planOf = ({ eventsPerRequest, perSecond }: Sending): LoadPlan => ({
    port,
    path: contender.path ?? TP2_PATH,
    eventsPerRequest,
    connections: perSecond === null ? sizes.connections : RATE_CONNECTIONS,
    run: newRun(),
    requestsPerSecond: perSecond,
    ...(contender.bodyFile === undefined ? {} : { bodyFile: contender.bodyFile }),
  });
  return {
    start: async (sending) => {
      await load.start(planOf(sending));
    },
    count: () => load.count(),
    stop: () => load.stop(),
  };
}

/** Drives a contender that makes its own records. */
function ownDriver({ port }: Running): Driver {
  let already = 0;
  const ask = async (question: string): Promise<LoadCounts> => {
    const answer = await fetch(`http://${LOOPBACK}:${port}/${question}`);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The producer stopped: ${text}`);
    const accepted = Number(text) - already;
    return { sent: accepted, accepted, refused: 0, broken: 0, latency: null };
  };
  return {
    start: async ({ eventsPerRequest }) => {
      already = 0;
      already = (await ask(`start?events=${eventsPerRequest}`)).accepted;
    },
    count: () => ask('count'),
    stop: () => ask('stop'),
  };
}

function summaryOf(measured: Measurement): string {
  if (measured.void !== null) return `void, ${measured.void}`;
  const { latency, unitsPerSecond } = measured;
  const times =
    latency === null ? '' : `, p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms`;
  return `${(measured.cpuUs['server'] ?? 0).toFixed(1)} µs, ${Math.round(unitsPerSecond ?? 0).toLocaleString('en-US')}/s${times}`;
}
