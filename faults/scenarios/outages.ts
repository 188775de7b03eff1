import { setTimeout as sleep } from 'node:timers/promises';
import { scenario, type Scenario } from '../scenario';
import { illnesses } from '../world/registry-gate';

/** Codes of ClickHouse that name an outage: each makes inserts wait, and none may make failed events. */
const clickhouseErrors = [
  { code: 241, what: 'memory limit exceeded' },
  { code: 242, what: 'table is read-only' },
  { code: 243, what: 'no space left' },
  { code: 252, what: 'too many parts' },
  { code: 497, what: 'access denied' },
  { code: 516, what: 'authentication failed: the password was revoked' },
] as const;

const TEN_MINUTES_MS = 600_000;

/** What stands between the loaders and ClickHouse, and between services and the registry. */
export const outageScenarios: readonly Scenario[] = [
  scenario({
    name: 'registry-down',
    row: 17,
    title:
      'registry killed while everything runs; it comes back after up to a minute, one time in three after ten',
    world: 'one broker',
    full: 3,
    differs:
      'two of three outages last a minute at most: what a service knows of the registry does not expire',
    async inject({ world, random, expect }, index) {
      await world.registry.kill();
      await sleep(index % 3 === 2 ? TEN_MINUTES_MS : random.between(10_000, 60_000));
      const through = await world.kafka.through(60_000);
      expect('events go through without a registry', through !== null);
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
      const through = await world.kafka.through(60_000);
      expect('events go through without a registry', through !== null);
      await world.registry.start();
    },
  }),
  scenario({
    name: 'registry-ill',
    row: 18,
    title:
      'the registry takes 10 s for each answer, answers 500, or sends a page of HTML; a service starts meanwhile and goes on with what it knows',
    world: 'one broker',
    full: 9,
    atOnce: 9,
    async inject({ world, random, expect, tell }, index) {
      const illness = illnesses[index % illnesses.length] ?? 'slow';
      const name = random.pick(['collector', 'enricher', 'validator', 'loader'] as const);
      world.registryGate.illness = illness;
      tell(`${illness} registry, the ${name} starts`);
      const service = random.pick(world.of(name));
      await service.kill();
      await service.start('launched');
      const ready = await service.ready().then(
        () => true,
        () => false,
      );
      expect(`a service is ready while the registry is ${illness}`, ready, name);
      const through = await world.kafka.through(60_000);
      expect(`events go through while the registry is ${illness}`, through !== null, name);
      world.registryGate.illness = null;
    },
  }),
  scenario({
    name: 'clickhouse-down',
    row: 21,
    title: 'ClickHouse killed; it comes back after up to a minute',
    world: 'one broker',
    quick: 1,
    full: 5,
    recoverSeconds: 120,
    pages: ['HeadwaterPartitionWaiting'],
    async inject({ world, random, isQuick }) {
      await world.clickhouse.kill();
      await sleep(random.between(5_000, isQuick ? 15_000 : 60_000));
      await world.clickhouse.start();
    },
  }),
  scenario({
    name: 'clickhouse-hangs',
    row: 22,
    title: 'ClickHouse is stopped (SIGSTOP) for up to 30 s and then answers',
    world: 'one broker',
    full: 10,
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
    full: 20,
    recoverSeconds: 120,
    async inject({ world, random, expect }) {
      const wanted = random.between(1, 5);
      await world.clickhouse.part.inject({ code: 'cut', of: 'inserts', count: wanted });
      await sleep(5_000);
      const injected = await world.clickhouse.part.clear();
      expect('answers were cut off', injected > 0, String(injected));
    },
  }),
  scenario({
    name: 'clickhouse-window-passed',
    row: 25,
    title:
      'an insert is stored and its answer lost, and comes again when ClickHouse has forgotten its token (it remembers 3 here, 10,000 in production): readers of the view see each event once',
    world: 'one broker',
    full: 3,
    atOnce: 3,
    // The copy is in the table until a merge removes it; here one is forced at the end, or the ledger would count it.
    merging: true,
    recoverSeconds: 120,
    async inject({ world, random, expect, note }) {
      const { service, gate } = random.pick(world.loaders);
      await world.rememberBlocks(3);
      try {
        expect('an insert of events passed the gate within 20 s', await gate.holdNext('after', 20_000));
        await sleep(5_000);
        await service.kill();
        await service.start();
        await world.kafka.through(60_000);
      } finally {
        await world.rememberBlocks(10_000);
      }
      const stored = await world.copiesIn('events_stored');
      const read = await world.copiesIn('events');
      note(`${String(stored)} rows were in the table twice, ${String(read)} in the view`);
      expect('the copy came behind the window, and is in the table', stored > 0, String(stored));
      expect('nobody who reads the view sees an event twice', read === 0, String(read));
      await world.tables.command({ query: 'OPTIMIZE TABLE events_stored FINAL' });
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
      pages: ['HeadwaterPartitionWaiting'],
      async inject({ world, random, expect }) {
        await world.clickhouse.part.inject({ code, of: 'inserts' });
        await sleep(random.between(5_000, 20_000));
        const injected = await world.clickhouse.part.clear();
        expect('inserts were refused', injected > 0, String(injected));
      },
    }),
  ),
];
