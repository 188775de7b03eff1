import { schemas, type SchemaName } from '@headwater/contracts';
// eslint-disable-next-line @nx/enforce-module-boundaries -- no part of the port, and the first that a hostile record meets
import { TopicCodec } from '../../../libs/kafka/src/avro/topic-codec';

/** Id under which the records here are written. */
export const OWN_ID = 1;
const LARGEST_RECORD = 8 * 1024 * 1024;
const buffer = Buffer.alloc(LARGEST_RECORD);

export const schemaNames = Object.keys(schemas) as readonly SchemaName[];

/** A codec for each schema that travels: topics of one schema have the same. */
export const codecs: Readonly<Record<SchemaName, TopicCodec>> = Object.fromEntries(
  schemaNames.map((schema) => [schema, new TopicCodec({ name: schema, schema }, OWN_ID)]),
) as Record<SchemaName, TopicCodec>;

/**
 * The bytes that a value is written as.
 *
 * @throws {NotEncodable} for a value that the schema has no room for
 */
export function written(schema: SchemaName, value: object): Buffer {
  const end = codecs[schema].encode(value, buffer, 0);
  if (end === 0) throw new Error(`A value of ${schema} takes more than ${String(LARGEST_RECORD)} bytes.`);
  return Buffer.from(buffer.subarray(0, end));
}
