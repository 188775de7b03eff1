import { topics } from '@headwater/contracts';
import { scenario, type Scenario } from '../scenario';
import { until } from '../world/until';
import type { World } from '../world/world';

const MAGIC = 0;
const header = (id: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(MAGIC, 0);
  bytes.writeInt32BE(id, 1);
  return bytes;
};

/** Values that are not what their topic holds. */
const poisons: readonly { readonly what: string; readonly value: Buffer | null }[] = [
  { what: 'no magic byte', value: Buffer.from('{"json": "not Avro"}') },
  { what: 'a schema id that nobody gave', value: Buffer.concat([header(999_999), Buffer.from([2, 4])]) },
  { what: 'a header and nothing behind it', value: header(1) },
  { what: 'three bytes', value: Buffer.from([0, 0, 0]) },
  { what: 'no value', value: null },
  {
    what: 'an array of 2^40 items in a few bytes',
    value: Buffer.concat([header(1), Buffer.alloc(64, 0xff)]),
  },
  { what: 'zeros', value: Buffer.alloc(1_000) },
  { what: 'a megabyte of noise', value: Buffer.alloc(1_000_000, 0x5a) },
];

async function undecodableIn(world: World): Promise<number> {
  const { found } = await world.figures<{ found: number }>(
    `SELECT toFloat64(count()) AS found FROM failed_events_stored WHERE failure_type = 'undecodable_record'`,
  );
  return found;
}

/** Records that no stage can read, between those that it can. */
export const poisonScenarios: readonly Scenario[] = (
  [topics.collectorPayloads, topics.enrichedEvents, topics.validEvents] as const
).map((topic) =>
  scenario({
    name: `poison-${topic.name}`,
    row: 28,
    title: `records in ${topic.name} that are not what it holds (${poisons.map(({ what }) => what).join(', ')}), each in several copies`,
    world: 'one broker',
    ...(topic === topics.enrichedEvents ? { quick: 1 } : {}),
    full: 8,
    atOnce: 4,
    pages: ['HeadwaterForeignRecords'],
    // The stage took in what no stage handed on: the accounting says so at the close of the minute. Payloads may be too many.
    ...(topic === topics.collectorPayloads ? {} : { mayPage: ['HeadwaterAccountingOpen'] }),
    async inject({ world, random, expect }) {
      const before = await undecodableIn(world);
      const sent = poisons.flatMap(({ value }) =>
        Array.from({ length: random.between(1, 3) }, () => ({ key: random.uuid(), value })),
      );
      await world.kafka.write(topic.name, sent);
      await until(async () => (await undecodableIn(world)) - before >= sent.length, 60_000);
      // Later ones of the same records would be too many.
      await world.kafka.through(60_000);
      const found = (await undecodableIn(world)) - before;
      expect(
        'each became one failed event',
        found === sent.length,
        `${String(found)} of ${String(sent.length)}`,
      );
    },
  }),
);
