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

/** What goes wrong at the same time, and what goes wrong for long. */
export const combinedScenarios: readonly Scenario[] = [
  scenario({
    name: 'two-at-once',
    row: 39,
    title: 'two faults at the same time, drawn by lot: crashes, hangs, outages',
    world: 'one broker',
    full: 40,
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
    merging: true,
    recoverSeconds: 120,
    prepare({ world, note }) {
      const watch = new MemoryWatch(world.all());
      return Promise.resolve(() => {
        for (const line of watch.stop()) note(line);
        return Promise.resolve();
      });
    },
    async inject(scene) {
      const next = performance.now() + MINUTE_MS;
      await scene.random.pick(smallFaults).happen(scene);
      await sleep(Math.max(0, next - performance.now()));
    },
  }),
];
