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
const DRAIN_SECONDS = 25;

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

const pauseOf = (name: ServiceName): Scenario =>
  scenario({
    name: `pause-${name}`,
    row: 6,
    title: `SIGSTOP for longer than the session, so that another takes over and the zombie wakes up: ${name}`,
    world: 'one broker',
    quick: 1,
    full: 8,
    async inject({ world, random }) {
      const service = random.pick(world.of(name));
      service.pause();
      await sleep(SESSION_TIMEOUT_MS + random.between(2_000, 8_000));
      service.resume();
    },
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
      // There is only one, and while it is away nobody hears of a deviation.
      await crash(scene, 'quality-monitor', LONGEST_ABSENCE_OF_MONITOR_MS);
      const { world, expect } = scene;
      const topic = topics.stageCounts.name;
      const caughtUp = await world.kafka.catchesUp('quality-monitor', topic, 60_000);
      expect('it has read all counts within a minute of its start', caughtUp);
    },
  }),
  pauseOf('enricher'),
  pauseOf('validator'),
  pauseOf('loader'),
  pauseOf('collector'),
  scenario({
    name: 'drain',
    row: 7,
    title: 'SIGTERM under load, one of two after the other, as a rollout does',
    world: 'one broker',
    quick: 1,
    full: 16,
    async inject(scene) {
      const { world, random, expect } = scene;
      const name = random.pick(['collector', 'enricher', 'validator', 'loader'] as const);
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
