import { schemas, type SchemaName } from '@headwater/contracts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { GuidedTarget, Problem } from '../guided-target';
import { codecs, OWN_ID, schemaNames, written } from './topic-records';

/** Id of a schema like ours with one more field in front, which has to be skipped. */
const OTHER_ID = 2;
/** A text in the good records, which no reason may quote. */
const SECRET = 'cl3ar-t3xt';
/** Of fields that are null or empty, which take a byte or none: a value has at most so many more parts than bytes. */
const MOST_FIELDS = 200;

interface RecordSchema {
  readonly fields: readonly object[];
}
const MORE = {
  name: 'more',
  type: ['null', { type: 'array', items: { type: 'map', values: 'string' } }],
  default: null,
};

for (const name of schemaNames) {
  const { fields, ...rest } = schemas[name] as RecordSchema;
  codecs[name].learn(OTHER_ID, { ...rest, fields: [MORE, ...fields] });
}

/** The golden record of a schema, by its Avro bytes. */
function golden(schema: SchemaName): Buffer {
  const path = resolve(__dirname, `../../../libs/contracts/examples/${schema}.json`);
  const example = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  if (typeof example['body'] === 'string') example['body'] = Buffer.from(example['body']);
  return written(schema, { ...example, app_id: SECRET });
}

const header = (id: number): Buffer => Buffer.from([0, 0, 0, 0, id]);
const HEADER_BYTES = 5;
/** A list of a map of an entry; a block with its size; null. */
const FRONTS = [[2, 2, 2, 2, 0x61, 2, 0x62, 0, 0], [2, 1, 6, 1, 8, 2, 0x61, 0, 0, 0], [0]].map((bytes) =>
  Buffer.from(bytes),
);

const seeds = schemaNames.flatMap((schema) => {
  const content = golden(schema).subarray(HEADER_BYTES);
  return [header(OWN_ID), ...FRONTS.map((front) => Buffer.concat([header(OTHER_ID), front]))].map((start) =>
    Buffer.concat([start, content]),
  );
});

/** Numbers as Avro writes them: lengths, counts, branches and symbols, up to those that no double holds. */
const dictionary = [
  ...[[0], [1], [2], [3], [4], [0x7e], [0x7f], [0x80, 1], [0xfe, 0xff, 3], [0x80, 0x80, 0x80, 1]],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10],
  [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
  [0, 0, 0, 0, OWN_ID],
  [0, 0, 0, 0, OTHER_ID],
  [18, ...Buffer.from('__proto__')],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xef, 0xbb, 0xbf],
].map((bytes) => Buffer.from(bytes));

export const avroRecord: GuidedTarget = {
  name: 'avro record',
  promises:
    'bytes of a record, in every topic, are a value no larger than they are, which is written and read as the same, or undecodable for a reason that quotes nothing',
  seeds,
  dictionary,
  maximumBytes: 4_096,
  inputsALook: 256,
  check: (input) => {
    for (const schema of schemaNames) {
      const problem = problemIn(schema, input);
      if (problem !== null) return problem;
    }
    return null;
  },
};

function problemIn(schema: SchemaName, input: Buffer): Problem | null {
  const decoded = codecs[schema].decode(input);
  if ('reason' in decoded) {
    const isGood = decoded.reason !== '' && !decoded.reason.includes(SECRET);
    return isGood
      ? null
      : { kind: `${schema}: its reason is empty, or quotes the record`, detail: decoded.reason };
  }
  const { value } = decoded;
  const excess = sizeOf(value) - input.length;
  if (excess > MOST_FIELDS)
    return {
      kind: `${schema}: it is larger than its bytes`,
      detail: `${String(excess)} parts more than bytes`,
    };
  const again = codecs[schema].decode(written(schema, value));
  return 'value' in again && isDeepStrictEqual(again.value, value)
    ? null
    : {
        kind: `${schema}: it is another value once it is written and read`,
        detail: JSON.stringify([value, again]),
      };
}

/** Values and characters. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return 1 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + sizeOf(part), 1);
}
