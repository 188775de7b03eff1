import { schemas, topics } from '@headwater/contracts';
import { Type } from 'avsc';
import { poisons, recordWithItems } from './poisons';

const ID = 7;
/** More fields than any record has behind its first list: each null, or empty. */
const REST = Buffer.alloc(200);

describe.each([topics.collectorPayloads, topics.enrichedEvents, topics.validEvents] as const)(
  'poison for $name',
  (topic) => {
    const schema = schemas[topic.schema];
    const ingredients = { topic, schema, id: ID, sample: Buffer.alloc(400, 1) };

    it('has its list where the schema has one', () => {
      const type = Type.forSchema(schema as Parameters<typeof Type.forSchema>[0], { registry: {} });
      const none = recordWithItems(ingredients, 0n);
      const { value } = type.decode(Buffer.concat([none, REST]), 5) as {
        value: Readonly<Record<string, unknown>>;
      };
      const lists = Object.values(value).filter((part) => typeof part === 'object' && part !== null);
      expect(lists).toHaveLength(1);
    });

    it('is small, or just as large as the topic takes', () => {
      const sizes = poisons.map(({ value }) => value(ingredients)?.length ?? 0);
      expect(Math.max(...sizes)).toBeGreaterThan(topic.maxMessageBytes * 0.99);
      expect(sizes.filter((size) => size > 1_000)).toHaveLength(1);
    });

    it('is called what it is, each once', () => {
      expect(new Set(poisons.map(({ what }) => what)).size).toBe(poisons.length);
    });
  },
);
