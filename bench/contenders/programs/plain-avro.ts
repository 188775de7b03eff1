import { schemas, subjectOf, type SchemaName } from '@headwater/contracts';
import { Type, type Schema } from 'avsc';

/** Magic byte and schema id. */
const HEADER_BYTES = 5;

/** avsc as it comes, behind the five bytes of the Confluent wire format. */
export class PlainAvro {
  private readonly type: Type;
  private readonly header = Buffer.alloc(HEADER_BYTES);

  constructor(name: SchemaName, schemaId: number) {
    this.type = Type.forSchema(schemas[name] as Schema);
    this.header.writeInt32BE(schemaId, 1);
  }

  decode(value: Buffer): unknown {
    return this.type.fromBuffer(value.subarray(HEADER_BYTES));
  }

  encode(value: object): Buffer {
    return Buffer.concat([this.header, this.type.toBuffer(value)]);
  }
}

/** The id of the newest schema of a topic. @throws when the registry has none */
export async function schemaIdOf(registryUrl: string, topic: string): Promise<number> {
  const subject = subjectOf({ name: topic });
  const answer = await fetch(`${registryUrl}/subjects/${subject}/versions/latest`);
  if (!answer.ok) throw new Error(`The registry has no schema for ${subject} (HTTP ${answer.status}).`);
  return ((await answer.json()) as { id: number }).id;
}
