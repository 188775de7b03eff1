import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@headwater/contracts';
import { scenario, type Scenario, type Scene } from '../scenario';
import { MemoryWatch } from '../world/memory-watch';

/** A fault that leaves the others' targets alone, so that several may happen at once. */
interface SmallFault {
  readonly target: string;
  readonly happen: (scene: Scene) => Promise<void>;
}

const crash = (name: ServiceName): SmallFault => ({
  target: name,
  async happen({ world, random }) {
    // Always the first of them: how the memory of the others develops can be watched.
    const [service] = world.of(name);
    if (!service) return;
    await service.kill();
    await sleep(random.between(0, 3_000));
    await service.start('launched');
  },
});

const hang = (name: ServiceName): SmallFault => ({
  target: name,
  async happen({ world, random }) {
    const service = random.pick(world.of(name));
    service.pause();
    await sleep(random.between(4_000, 12_000));
    service.resume();
  },
});

/** Faults that may happen at any time, also two of them. */
export const smallFaults: readonly SmallFault[] = [
  crash('collector'),
  crash('enricher'),
  crash('validator'),
  crash('loader'),
  hang('enricher'),
  hang('validator'),
  hang('loader'),
  {
    target: 'clickhouse',
    async happen({ world, random }) {
      await world.clickhouse.kill();
      await sleep(random.between(1_000, 8_000));
      await world.clickhouse.start();
    },
  },
  {
    target: 'clickhouse',
    async happen({ world, random }) {
      await world.clickhouse.part.inject({
        code: random.pick([241, 243, 252, 'cut'] as const),
        of: 'inserts',
      });
      await sleep(random.between(1_000, 8_000));
      await world.clickhouse.part.clear();
    },
  },
  {
    target: 'registry',
    async happen({ world, random }) {
      await world.registry.kill();
      await sleep(random.between(1_000, 8_000));
      await world.registry.start();
    },
  },
  {
    target: 'broker',
    async happen({ world, random }) {
      const broker = random.pick(world.cluster.nodes);
      broker.pause();
      await sleep(random.between(1_000, 6_000));
      broker.resume();
    },
  },
];

const MINUTE_MS = 60_000;
const MERGING_MS = 10_000;
/**
 * MiB an hour over a quarter of one. What a service keeps of an event is more than a kilobyte: at 120 a second a leak grows by 420.
 * Less cannot be told from the waves of a heap and the window of duplicates that fills in its first hour: they have been 270.
 */
const MOST_GROWTH = 400;

const signed = (figure: number): string => `${figure < 0 ? '' : '+'}${figure.toFixed(0)}`;

/** What goes wrong at the same time, and what goes wrong for long. */
export const combinedScenarios: readonly Scenario[] = [
  scenario({
    name: 'two-at-once',
    row: 39,
    title: 'two faults at the same time, drawn by lot: crashes, hangs, outages',
    world: 'one broker',
    full: 50,
    recoverSeconds: 120,
    async inject(scene) {
      const first = scene.random.pick(smallFaults);
      const second = scene.random.pick(smallFaults.filter(({ target }) => target !== first.target));
      await Promise.all([first.happen(scene), second.happen(scene)]);
    },
  }),
  scenario({
    name: 'soak',
    row: 40,
    title: 'half an hour under load with a fault each minute, drawn by lot',
    world: 'one broker',
    full: 30,
    atOnce: 30,
    recoverSeconds: 120,
    differs: `memory may grow by ${String(MOST_GROWTH)} MiB an hour, seen over a quarter of one, rather than by 1 %: half an hour cannot tell as little from the waves of a heap`,
    prepare({ world, note, expect }) {
      const watch = new MemoryWatch(world.all());
      return Promise.resolve(() => {
        for (const [life, { mean, hourly, lately, minutes }] of watch.stop()) {
          note(
            `memory of ${life}: ${mean.toFixed(0)} MiB, ${signed(hourly)} MiB an hour over ${minutes.toFixed(0)} minutes${lately === null ? '' : `, ${signed(lately)} over the last 15`}`,
          );
          if (lately !== null)
            expect(
              `memory grows by at most ${String(MOST_GROWTH)} MiB an hour`,
              lately <= MOST_GROWTH,
              `${life}: ${signed(lately)} MiB an hour`,
            );
        }
        return Promise.resolve();
      });
    },
    async inject(scene) {
      const { world, random, expect } = scene;
      const next = performance.now() + MINUTE_MS;
      // Half an hour without merges would be tens of thousands of parts. So there are some before each fault, when all that was
      // stored until then has been counted.
      await world.merging(true);
      await sleep(MERGING_MS);
      await world.merging(false);
      await random.pick(smallFaults).happen(scene);
      await sleep(Math.max(0, next - performance.now()));
      const copies = await world.copiesIn('events_stored');
      expect('no event is stored twice', copies === 0, `${String(copies)} copies`);
    },
  }),
];
