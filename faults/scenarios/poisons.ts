import type { Topic } from '@headwater/contracts';

const MAGIC = 0;
/** Of the largest batch that a topic takes, bytes for all that is not the value. */
const ENVELOPE_BYTES = 1_000;
const ENDLESS = 2n ** 40n;

/** What the poisons of one topic are made of. */
export interface Ingredients {
  readonly topic: Pick<Topic, 'maxMessageBytes'>;
  /** The schema of the topic's records, and the id that the registry gave it. */
  readonly schema: object;
  readonly id: number;
  /** A record of the topic, as a stage wrote it. */
  readonly sample: Buffer;
}

/** A record that is not what its topic holds. */
export interface Poison {
  readonly what: string;
  /** Default: one by lot. */
  readonly key?: string;
  readonly value: (ingredients: Ingredients) => Buffer | null;
}

/** What comes before the Avro bytes of each value: the wire format of Confluent. */
function header(id: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(MAGIC, 0);
  bytes.writeInt32BE(id, 1);
  return bytes;
}

/** A count or a length as Avro writes it: zigzag, seven bits a byte, the lowest first. */
function count(number: bigint): Buffer {
  const bytes: number[] = [];
  let rest = number * 2n;
  do {
    bytes.push(Number(rest & 127n) | (rest > 127n ? 128 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/**
 * A record that is right up to its first list (or map), and says there that so many items follow. Fields before it are empty
 * texts, the time 0, or null: a byte 0 each. The list is the second branch of its union, as null is the first of each.
 */
export function recordWithItems({ schema, id }: Pick<Ingredients, 'schema' | 'id'>, items: bigint): Buffer {
  const { fields } = schema as { readonly fields: readonly { readonly type: unknown }[] };
  const place = fields.findIndex(({ type }) => /"type":"(array|map)"/.test(JSON.stringify(type)));
  return Buffer.concat([header(id), Buffer.alloc(place), count(1n), count(items)]);
}

export const poisons: readonly Poison[] = [
  { what: 'no magic byte', value: () => Buffer.from('{"json": "not Avro"}') },
  { what: 'no magic byte, under a key of one NUL', key: '\0', value: () => Buffer.from('{}') },
  {
    what: 'a schema id that nobody gave',
    value: ({ sample }) => Buffer.concat([header(999_999), sample.subarray(5)]),
  },
  { what: "the header of the topic's own schema and nothing behind it", value: ({ id }) => header(id) },
  { what: 'the first half of a real record', value: ({ sample }) => sample.subarray(0, sample.length / 2) },
  { what: 'three bytes', value: () => Buffer.from([0, 0, 0]) },
  { what: 'no value', value: () => null },
  {
    what: "a text of 2^40 bytes by the topic's own schema, in a few bytes",
    value: ({ id }) => Buffer.concat([header(id), count(ENDLESS), Buffer.from('text')]),
  },
  {
    what: "a list of 2^40 items by the topic's own schema, in a few bytes",
    value: (ingredients) => recordWithItems(ingredients, ENDLESS),
  },
  { what: 'zeros', value: () => Buffer.alloc(1_000) },
  {
    what: 'noise, as much as the topic takes',
    value: ({ topic }) => Buffer.alloc(topic.maxMessageBytes - ENVELOPE_BYTES, 0x5a),
  },
];
