import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@headwater/contracts';
import type { ProxyHandle, RunningToxic } from '@headwater/stack';
import { scenario, type Scenario, type Scene } from '../scenario';
import type { World } from '../world/world';
import { inCluster } from './in-cluster';

/** A stage that gets nothing and says nothing has to be noticed within this. */
const NOTICED_WITHIN_MS = 60_000;
const readers: readonly ServiceName[] = ['enricher', 'validator', 'loader'];

/** One broker, or, as often, all of them. */
const someOf = ({ world, random }: Scene): readonly ProxyHandle[] =>
  random.below(2) === 0 ? [random.pick(world.proxies)] : world.proxies;

/** Adds toxics, lets time pass, and ends them. */
async function during(toxics: readonly Promise<RunningToxic>[], work: () => Promise<unknown>): Promise<void> {
  const added = await Promise.all(toxics);
  try {
    await work();
  } finally {
    await Promise.all(added.map((toxic) => toxic.remove()));
  }
}

/** Services of some kinds that run and whose probes call them ready, or do not answer: they have noticed nothing. */
async function readyOnes(world: World, names: readonly ServiceName[]): Promise<readonly string[]> {
  const answers = await Promise.all(
    names
      .flatMap((name) => world.of(name))
      .filter((service) => service.running())
      .map(async ({ name, url }) => {
        try {
          const probes = await Promise.all(
            ['ready', 'live'].map((kind) =>
              fetch(`${url}/health/${kind}`, { signal: AbortSignal.timeout(2_000) }),
            ),
          );
          return probes.every(({ ok }) => ok) ? name : null;
        } catch {
          return name;
        }
      }),
  );
  return answers.filter((name) => name !== null);
}

/** What happens between services and brokers. */
export const networkScenarios: readonly Scenario[] = [
  scenario({
    ...inCluster,
    name: 'slow-transactions',
    row: 16,
    title: 'requests of transactions reach their coordinator up to 30 s late, or in small pieces',
    full: 20,
    differs:
      'all requests to one broker are delayed, those of transactions among them: a proxy that knows no protocol cannot choose',
    async inject(scene) {
      const { world, random } = scene;
      const proxy = random.pick(world.proxies);
      const toxic =
        random.below(3) === 0
          ? proxy.toxic('slicer', { average_size: 64, size_variation: 32, delay: 20_000 }, 'upstream')
          : proxy.toxic(
              'latency',
              { latency: random.between(1_000, 30_000), jitter: 1_000 },
              'upstream',
              random.pick([0.5, 1]),
            );
      await during([toxic], () => sleep(random.between(10_000, 30_000)));
    },
  }),
  scenario({
    ...inCluster,
    name: 'half-open',
    row: 26,
    title: 'all connections to the brokers stay open and bring nothing, until that is noticed',
    full: 3,
    atOnce: 3,
    pages: ['HeadwaterCollectorRefuses'],
    async inject({ world, expect, tell }) {
      const started = performance.now();
      let deaf: readonly string[] = readers;
      await during(
        world.proxies.flatMap((proxy) => [
          proxy.toxic('timeout', { timeout: 0 }, 'downstream'),
          proxy.toxic('timeout', { timeout: 0 }, 'upstream'),
        ]),
        async () => {
          while (deaf.length > 0 && performance.now() - started < NOTICED_WITHIN_MS) {
            await sleep(1_000);
            deaf = await readyOnes(world, readers);
          }
        },
      );
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      tell(
        deaf.length === 0
          ? `noticed after ${seconds} s`
          : `not noticed by ${deaf.join(', ')} in ${seconds} s`,
      );
      expect(
        'every stage says within 60 s that it gets nothing',
        deaf.length === 0,
        deaf.length === 0 ? `after ${seconds} s` : `not the ${deaf.join(', ')}`,
      );
    },
  }),
  scenario({
    ...inCluster,
    name: 'half-open-broker',
    row: 26,
    title: 'the connections to one broker stay open and bring nothing for up to 40 s',
    full: 4,
    async inject({ world, random }) {
      const proxy = random.pick(world.proxies);
      const stream = random.pick(['downstream', 'upstream'] as const);
      await during([proxy.toxic('timeout', { timeout: 0 }, stream)], () =>
        sleep(random.between(10_000, 40_000)),
      );
    },
  }),
  scenario({
    ...inCluster,
    name: 'resets',
    row: 26,
    title: 'connections to one broker, or to all, are reset over and over for up to 20 s',
    full: 5,
    async inject(scene) {
      const { random } = scene;
      await during(
        someOf(scene).map((proxy) => proxy.toxic('reset_peer', { timeout: random.between(0, 1_000) })),
        () => sleep(random.between(5_000, 20_000)),
      );
    },
  }),
  scenario({
    ...inCluster,
    name: 'narrow',
    row: 26,
    title: 'connections to one broker, or to all, carry 1 KB a second for up to 30 s',
    full: 3,
    async inject(scene) {
      const { random } = scene;
      await during(
        someOf(scene).flatMap((proxy) => [
          proxy.toxic('bandwidth', { rate: 1 }, 'downstream'),
          proxy.toxic('bandwidth', { rate: 1 }, 'upstream'),
        ]),
        () => sleep(random.between(10_000, 30_000)),
      );
    },
  }),
  scenario({
    ...inCluster,
    name: 'cut-off',
    row: 26,
    title: 'one broker, or all, refuse connections for up to 20 s, and are up',
    full: 5,
    async inject(scene) {
      const cut = someOf(scene);
      await Promise.all(cut.map((proxy) => proxy.disable()));
      await sleep(scene.random.between(5_000, 20_000));
      await Promise.all(cut.map((proxy) => proxy.enable()));
    },
  }),
  scenario({
    ...inCluster,
    name: 'broker-moves',
    row: 35,
    title: 'a broker comes back under another address, the old one is dead; later it moves back',
    full: 3,
    atOnce: 3,
    simulated: 'the broker advertises another port; no name service is involved',
    async inject({ world, random, expect }) {
      const node = random.pick(world.cluster.nodes);
      const proxy = world.proxies[node.id - 1];
      if (!proxy) throw new Error(`No proxy is before ${node.name}.`);
      const moveTo = async (address: string): Promise<void> => {
        await node.stop();
        node.advertise(Number(address.split(':')[1]));
        await node.start();
      };
      await moveTo(node.listener);
      await proxy.disable();
      const took = await world.kafka.through(60_000);
      expect('events go through with a broker that has moved', took !== null);
      await proxy.enable();
      await moveTo(proxy.address);
    },
  }),
  scenario({
    ...inCluster,
    name: 'bad-line',
    row: 27,
    title: 'answers of all brokers take 200 ± 100 ms, and each second one connection of twenty is reset',
    full: 5,
    async inject({ world, random }) {
      await during(
        world.proxies.map((proxy) => proxy.toxic('latency', { latency: 200, jitter: 100 })),
        async () => {
          const until = performance.now() + random.between(15_000, 25_000);
          while (performance.now() < until)
            // Which connections it hits is drawn anew each time that it is added.
            await during(
              world.proxies.map((proxy) => proxy.toxic('reset_peer', { timeout: 0 }, 'downstream', 0.05)),
              () => sleep(1_000),
            );
        },
      );
    },
  }),
];
