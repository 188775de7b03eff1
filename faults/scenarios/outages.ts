import { setTimeout as sleep } from 'node:timers/promises';
import { scenario, type Scenario } from '../scenario';

/** Codes of ClickHouse that name an outage: each makes inserts wait, and none may make failed events. */
const clickhouseErrors = [
  { code: 241, what: 'memory limit exceeded' },
  { code: 242, what: 'table is read-only' },
  { code: 243, what: 'no space left' },
  { code: 252, what: 'too many parts' },
  { code: 497, what: 'access denied' },
  { code: 516, what: 'authentication failed: the password was revoked' },
] as const;

/** What stands between the loaders and ClickHouse, and between services and the registry. */
export const outageScenarios: readonly Scenario[] = [
  scenario({
    name: 'registry-down',
    row: 17,
    title: 'registry killed while everything runs; a minute later in the full tier, it comes back',
    world: 'one broker',
    full: 3,
    async inject({ world, random }) {
      await world.registry.kill();
      await sleep(random.between(10_000, 60_000));
      await world.registry.start();
    },
  }),
  scenario({
    name: 'registry-down-cold-start',
    row: 18,
    title: 'registry down, and a service starts: it goes on with the schema ids that it knows',
    world: 'one broker',
    full: 6,
    async inject({ world, random, expect }) {
      const name = random.pick(['collector', 'enricher', 'validator', 'loader'] as const);
      await world.registry.kill();
      for (const service of world.of(name)) {
        await service.kill();
        await service.start('launched');
        const ready = await service.ready().then(
          () => true,
          () => false,
        );
        expect(`the ${name} is ready without a registry`, ready);
      }
      const through = await world.kafka.through(30_000);
      expect('events go through without a registry', through !== null);
      await world.registry.start();
    },
  }),
  scenario({
    name: 'clickhouse-down',
    row: 21,
    title: 'ClickHouse killed; it comes back after up to 20 s',
    world: 'one broker',
    quick: 1,
    full: 5,
    recoverSeconds: 120,
    async inject({ world, random }) {
      await world.clickhouse.kill();
      await sleep(random.between(5_000, 20_000));
      await world.clickhouse.start();
    },
  }),
  scenario({
    name: 'clickhouse-hangs',
    row: 22,
    title: 'ClickHouse is stopped (SIGSTOP) for up to 30 s and then answers',
    world: 'one broker',
    full: 5,
    recoverSeconds: 120,
    async inject({ world, random }) {
      world.clickhouse.pause();
      await sleep(random.between(10_000, 30_000));
      world.clickhouse.resume();
    },
  }),
  scenario({
    name: 'clickhouse-answer-lost',
    row: 22,
    title: 'the insert is stored, its answer is cut off',
    world: 'one broker',
    quick: 1,
    full: 10,
    recoverSeconds: 120,
    async inject({ world, random, expect }) {
      const wanted = random.between(1, 5);
      await world.clickhouse.part.inject({ code: 'cut', of: 'inserts', count: wanted });
      await sleep(5_000);
      const injected = await world.clickhouse.part.clear();
      expect('answers were cut off', injected > 0, String(injected));
    },
  }),
  ...clickhouseErrors.map(({ code, what }) =>
    scenario({
      name: `clickhouse-${String(code)}`,
      row: code === 516 || code === 497 ? 24 : 23,
      title: `ClickHouse answers ${String(code)} (${what}) to every insert`,
      world: 'one broker',
      ...(code === 252 ? { quick: 1 } : {}),
      full: 3,
      atOnce: 3,
      recoverSeconds: 120,
      simulated: 'the embedded front gives the answer that ClickHouse would',
      async inject({ world, random, expect }) {
        await world.clickhouse.part.inject({ code, of: 'inserts' });
        await sleep(random.between(4_000, 10_000));
        const injected = await world.clickhouse.part.clear();
        expect('inserts were refused', injected > 0, String(injected));
      },
    }),
  ),
];
