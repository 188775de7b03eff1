import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '@headwater/contracts';
import { builtServices } from '@headwater/pipeline';
import { messageOf } from '@headwater/stack';
import { scenario, type Scenario, type Scene } from '../scenario';
import { buildVariant, type Variant } from '../variants/build-variant';

const everyService = ['collector', 'enricher', 'validator', 'loader', 'quality-monitor'] as const;
const field = (doc: string): string =>
  `{"name":"of_next_version","type":["null","string"],"default":null,"doc":"${doc}"},`;

/** The next version, as any version may be: two records have a field more, a table a column. */
const nextVersion: Variant = {
  name: 'next-version',
  services: [...everyService, 'jobs'],
  edits: [
    {
      file: 'libs/contracts/src/generated/schemas.ts',
      from: '{"name":"time_quality"',
      to: `${field('A field of the next version.')}{"name":"time_quality"`,
    },
    {
      file: 'libs/contracts/src/generated/schemas.ts',
      from: '"doc":"UUID of the request, made by the collector."},',
      to: `"doc":"UUID of the request, made by the collector."},${field('Another one.')}`,
    },
    {
      file: 'libs/clickhouse/src/generated/migrations.ts',
      from: '\n] as const;',
      to: `
  {
    number: 9_999,
    name: 'of_next_version',
    sql: 'ALTER TABLE {{database}}.events_stored{{on_cluster}} ADD COLUMN IF NOT EXISTS of_next_version Nullable(String)',
  },
] as const;`,
    },
  ],
};

/** A version that nobody may ship: readers of the field would find nothing. */
const incompatibleVersion: Variant = {
  name: 'incompatible-version',
  services: ['jobs'],
  edits: [
    {
      file: 'libs/contracts/src/generated/schemas.ts',
      from: '{"name":"payload_id","type":"string"',
      to: '{"name":"payload_uuid","type":"string"',
    },
  ],
};

/** The builds that these scenarios make. */
export const versions: readonly Variant[] = [nextVersion, incompatibleVersion];

/** Replaces the replicas of a service one after the other, as a rolling update does. */
async function roll({ world, expect }: Scene, name: ServiceName, bundles: string): Promise<void> {
  world.use(name, bundles);
  for (const service of world.of(name)) {
    const code = await service.stop();
    expect(`the ${name} stops with 0`, code === 0, String(code));
    await service.start();
  }
}

function shuffled<T>({ random }: Scene, items: readonly T[]): readonly T[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T);
}

/** Versions side by side. */
export const upgradeScenarios: readonly Scenario[] = [
  scenario({
    name: 'rolling-upgrade',
    row: 8,
    title:
      'rolling upgrade to the next version (two records with a field more, a table with a column more) and back, services in any order',
    world: 'one broker',
    full: 5,
    atOnce: 2,
    async inject(scene) {
      const { world } = scene;
      const next = await buildVariant(nextVersion);
      await world.prepare(next);
      for (const name of shuffled(scene, everyService)) await roll(scene, name, next);
      for (const name of shuffled(scene, everyService)) await roll(scene, name, builtServices);
    },
  }),
  scenario({
    name: 'schema-evolves',
    row: 19,
    title:
      'one of two collectors, or enrichers, writes records with a field more, mid-stream: readers that do not know the field go on',
    world: 'one broker',
    full: 5,
    atOnce: 5,
    async inject({ world, random }) {
      const next = await buildVariant(nextVersion);
      await world.prepare(next);
      const service = random.pick(world.of(random.pick(['collector', 'enricher'] as const)));
      for (const bundles of [next, builtServices]) {
        service.bundles = bundles;
        await service.stop();
        await service.start();
        await sleep(random.between(3_000, 8_000));
      }
    },
  }),
  scenario({
    name: 'schema-incompatible',
    row: 20,
    title:
      'a version that renames a field is offered to the registry: it is refused, and the pipeline goes on',
    world: 'one broker',
    full: 3,
    atOnce: 3,
    async inject({ world, expect }) {
      const bundles = await buildVariant(incompatibleVersion);
      const refused = await world.prepare(bundles).then(
        () => '',
        (error: unknown) => messageOf(error),
      );
      expect('the job "schemas" fails', refused.includes('"schemas" failed'), refused.slice(0, 200));
      expect('it says why', refused.includes('E_SCHEMA_CONFLICT'));
    },
  }),
];
