import { schemas, subjectOf, topics, type Topic } from '@headwater/contracts';
import { CompressionTypes } from 'kafkajs';
import { scenario, type Scenario } from '../scenario';
import { until } from '../world/until';
import type { World } from '../world/world';
import { poisons, type Ingredients } from './poisons';

async function undecodableIn(world: World): Promise<number> {
  const { found } = await world.figures<{ found: number }>(
    `SELECT toFloat64(count()) AS found FROM failed_events_stored WHERE failure_type = 'undecodable_record'`,
  );
  return found;
}

/** The id under which the registry holds the schema that a topic's records are written with. */
async function idOf(world: World, topic: Topic): Promise<number> {
  const answer = await fetch(`${world.observers.registryUrl}/subjects/${subjectOf(topic)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: JSON.stringify(schemas[topic.schema]) }),
  });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`The registry does not know the schema of ${topic.name}: ${said}`);
  return (JSON.parse(said) as { readonly id: number }).id;
}

/** Records that no stage can read, between those that it can. */
export const poisonScenarios: readonly Scenario[] = (
  [topics.collectorPayloads, topics.enrichedEvents, topics.validEvents] as const
).map((topic) =>
  scenario({
    name: `poison-${topic.name}`,
    row: 28,
    title: `records in ${topic.name} that are not what it holds (${poisons.map(({ what }) => what).join('; ')}), each in several copies, some of them compressed with zstd, which is read as any other`,
    world: 'one broker',
    ...(topic === topics.enrichedEvents ? { quick: 1 } : {}),
    full: 8,
    atOnce: 4,
    differs: `the largest is ${String(topic.maxMessageBytes / 1024 / 1024)} MiB rather than 10: brokers take no larger one`,
    pages: ['HeadwaterForeignRecords'],
    // The stage took in what no stage handed on: the accounting says so at the close of the minute. Payloads may be too many.
    ...(topic === topics.collectorPayloads ? {} : { mayPage: ['HeadwaterAccountingOpen'] }),
    async inject({ world, random, expect }) {
      const before = await undecodableIn(world);
      const ingredients: Ingredients = {
        topic,
        schema: schemas[topic.schema],
        id: await idOf(world, topic),
        sample: await world.kafka.sample(topic.name),
      };
      const sent = poisons.flatMap(({ key, value }) =>
        Array.from({ length: random.between(1, 3) }, () => ({
          key: key ?? random.uuid(),
          value: value(ingredients),
          compression: random.pick([CompressionTypes.None, CompressionTypes.ZSTD]),
        })),
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
