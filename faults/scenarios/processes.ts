import { setTimeout as sleep } from 'node:timers/promises';
import { topics, type ServiceName } from '@headwater/contracts';
import { scenario, type Scenario, type Scene } from '../scenario';
import { windows } from '../world/clickhouse-gate';
import { inWords } from '../world/prober';
import { SESSION_TIMEOUT_MS } from '../world/world';
import { probed } from './probed';

/** A process that is gone is started again by Kubernetes within so long, milliseconds. */
const LONGEST_ABSENCE_MS = 3_000;
const LONGEST_ABSENCE_OF_MONITOR_MS = 15_000;
const SHORTEST_PAUSE_MS = 9_000;
const LONGEST_PAUSE_MS = 40_000;
const DRAIN_SECONDS = 25;
const drained = ['collector', 'enricher', 'validator', 'loader'] as const;

async function crash(
  { world, random }: Scene,
  name: ServiceName,
  longestAbsenceMs = LONGEST_ABSENCE_MS,
): Promise<void> {
  const service = random.pick(world.of(name));
  await service.kill();
  await sleep(random.between(0, longestAbsenceMs));
  await service.start();
}

const crashOf = (row: number, name: ServiceName, full: number): Scenario =>
  scenario({
    name: `kill-${name}`,
    row,
    title: `\`kill -9\` of one of two: ${name}`,
    world: 'one broker',
    quick: 1,
    full,
    inject: (scene) => crash(scene, name),
  });

/** There is only one, and while it is away nobody hears of a deviation. */
async function monitorCatchesUp({ world, expect }: Scene): Promise<void> {
  const topic = topics.stageCounts.name;
  const caughtUp = await world.kafka.catchesUp('quality-monitor', topic, 60_000);
  expect('it has read all counts within a minute', caughtUp);
}

async function pause({ world, random, isQuick }: Scene, name: ServiceName): Promise<void> {
  const service = random.pick(world.of(name));
  service.pause();
  const longest = isQuick ? SESSION_TIMEOUT_MS + 5_000 : LONGEST_PAUSE_MS;
  await sleep(random.between(isQuick ? SESSION_TIMEOUT_MS + 2_000 : SHORTEST_PAUSE_MS, longest));
  service.resume();
}

const pauseOf = (name: ServiceName): Scenario =>
  scenario({
    name: `pause-${name}`,
    row: 6,
    title: `SIGSTOP for 9 to 40 s, mostly longer than the session, so that another takes over and the zombie wakes up: ${name}`,
    world: 'one broker',
    quick: 1,
    full: 10,
    inject: (scene) => pause(scene, name),
  });

/** What happens to processes: crashes, hangs, orderly stops. */
export const processScenarios: readonly Scenario[] = [
  crashOf(1, 'collector', 60),
  crashOf(2, 'enricher', 30),
  crashOf(3, 'validator', 30),
  ...windows.map((window) =>
    scenario({
      name: `kill-loader-${window}`,
      row: 4,
      title: `\`kill -9\` of the loader ${window === 'before' ? 'before an insert reaches ClickHouse' : window === 'midway' ? 'when half of an insert has reached ClickHouse' : 'when an insert is stored, and not yet known to be'}`,
      world: 'one broker',
      quick: 1,
      full: 20,
      async inject({ world, random, expect }) {
        const { service, gate } = random.pick(world.loaders);
        const held = await gate.holdNext(window, 20_000);
        if (!held) expect('an insert of events passed the gate within 20 s', false);
        await service.kill();
        await sleep(random.between(0, LONGEST_ABSENCE_MS));
        await service.start();
      },
    }),
  ),
  scenario({
    name: 'kill-quality-monitor',
    row: 5,
    title: '`kill -9` of the quality monitor',
    world: 'one broker',
    full: 5,
    pages: ['HeadwaterMonitorMissing'],
    async inject(scene) {
      await crash(scene, 'quality-monitor', LONGEST_ABSENCE_OF_MONITOR_MS);
      await monitorCatchesUp(scene);
    },
  }),
  pauseOf('enricher'),
  pauseOf('validator'),
  pauseOf('loader'),
  pauseOf('collector'),
  scenario({
    name: 'pause-quality-monitor',
    row: 6,
    title: 'SIGSTOP of the only quality monitor for 9 to 40 s',
    world: 'one broker',
    full: 10,
    pages: ['HeadwaterMonitorMissing'],
    async inject(scene) {
      await pause(scene, 'quality-monitor');
      await monitorCatchesUp(scene);
    },
  }),
  scenario({
    name: 'drain',
    row: 7,
    title: 'SIGTERM under load, one of two after the other, as a rollout does',
    world: 'one broker',
    quick: drained.length,
    full: 20,
    async inject(scene, index) {
      const { world, expect } = scene;
      // By its number, and not by lot: as many in a row as there are services drain each of them.
      const name = drained[index % drained.length] ?? 'collector';
      const tally = await probed(scene, async () => {
        for (const service of world.of(name)) {
          const from = performance.now();
          const code = await service.stop();
          const seconds = (performance.now() - from) / 1000;
          expect(
            `the ${name} stops with 0 within ${String(DRAIN_SECONDS)} s`,
            code === 0 && seconds <= DRAIN_SECONDS,
            `exit code ${String(code)} after ${seconds.toFixed(1)} s`,
          );
          await service.start();
        }
      });
      expect('every request of a tracker is answered', !tally.has('none'), inWords(tally));
    },
  }),
];
