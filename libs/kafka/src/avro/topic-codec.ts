import { createHash } from 'node:crypto';
import { schemas, type SchemaName, type Topic } from '@headwater/contracts';
import type { Undecodable } from '@headwater/stage';
import type { Type } from 'avsc';
import { NotEncodable } from '../errors';
import { compile } from './avro-type';

/** Magic byte and schema id before the Avro bytes: the Confluent wire format. */
export const HEADER_BYTES = 5;
const MAGIC = 0;

const compiled = new Map<SchemaName, Type>();

/** Our own schemas, compiled once per process. */
export function ownType(name: SchemaName): Type {
  const known = compiled.get(name);
  if (known) return known;
  const type = compile(schemas[name]);
  compiled.set(name, type);
  return type;
}

type Decoder = (value: Buffer) => object;

/** Why a record cannot be decoded; never holds a part of its content. */
export type Reason = string;

/** Id of the schema that a record says it was written with; null where it has no header. */
export const schemaIdOf = (value: Buffer | null): number | null =>
  value === null || value.length < HEADER_BYTES || value[0] !== MAGIC ? null : value.readInt32BE(1);

/** An id whose records cannot be decoded, until a time (as of `performance.now`). */
interface Missing {
  readonly reason: Reason;
  readonly until: number;
}

/**
 * Reads and writes the values of one topic. It writes with the schema of this build under the id that the registry gave
 * exactly this schema, and reads what any registered version wrote.
 */
export class TopicCodec {
  private readonly type: Type;
  private readonly decoders = new Map<number, Decoder | Missing>();

  constructor(
    readonly topic: Pick<Topic, 'name' | 'schema'>,
    /** Id of the schema of this build in the registry. */
    readonly id: number,
  ) {
    this.type = ownType(topic.schema);
    this.decoders.set(id, (value) => whole(this.type.decode(value, HEADER_BYTES), value));
  }

  /**
   * Writes header and value at `position` and returns the position behind, or 0 when the buffer is too small.
   *
   * @throws {NotEncodable} when the value does not fit the schema; names the fields, not their content
   */
  encode(value: object, buffer: Buffer, position: number): number {
    if (position + HEADER_BYTES > buffer.length) return 0;
    buffer[position] = MAGIC;
    buffer.writeInt32BE(this.id, position + 1);
    let end: number;
    try {
      end = this.type.encode(value, buffer, position + HEADER_BYTES);
    } catch {
      throw this.notEncodable(value);
    }
    return end > 0 ? end : 0;
  }

  /** Whether a schema has to be taught (again) before its records are decoded. */
  asksFor(id: number): boolean {
    const decoder = this.decoders.get(id);
    return decoder === undefined || (typeof decoder === 'object' && performance.now() >= decoder.until);
  }

  /** Why the records of a schema cannot be decoded; null when they can. */
  whyNot(id: number): Reason | null {
    const decoder = this.decoders.get(id);
    return typeof decoder === 'function' ? null : reasonOf(id, decoder);
  }

  /** The value, or why it cannot be decoded. */
  decode(value: Buffer | null): { readonly value: object } | { readonly reason: Reason } {
    if (value === null) return { reason: 'it has no value' };
    if (value.length < HEADER_BYTES) return { reason: 'it is shorter than the header of the wire format' };
    if (value[0] !== MAGIC) return { reason: 'it does not begin with the magic byte 0' };
    const id = value.readInt32BE(1);
    const decoder = this.decoders.get(id);
    if (typeof decoder !== 'function') return { reason: reasonOf(id, decoder) };
    try {
      return { value: decoder(value) };
    } catch (error) {
      return { reason: `its bytes do not fit schema ${String(id)} (${describe(error)})` };
    }
  }

  /** Learns the schema that an id stands for. Null, or why its records cannot be read. */
  learn(id: number, writerSchema: object): Reason | null {
    try {
      const resolver = this.type.createResolver(compile(writerSchema));
      this.decoders.set(id, (value) => whole(this.type.decode(value, HEADER_BYTES, resolver), value));
      return null;
    } catch (error) {
      return `schema ${String(id)} cannot be read as ${this.topic.schema} (${describe(error)})`;
    }
  }

  /** Records of this id cannot be decoded; after `milliseconds` the id is unknown again. */
  forget(id: number, reason: Reason, milliseconds: number): void {
    this.decoders.set(id, { reason, until: performance.now() + milliseconds });
  }

  private notEncodable(value: object): NotEncodable {
    const paths: string[] = [];
    this.type.isValid(value, { errorHook: (path) => paths.push(path.join('.')) });
    return new NotEncodable(
      `A value for ${this.topic.name} does not fit the schema ${this.topic.schema} at ${paths.slice(0, 5).join(', ') || 'its root'}. This is an error of the program: report it with this line.`,
    );
  }
}

const reasonOf = (id: number, missing?: Missing): Reason =>
  missing?.reason ?? `its schema ${String(id)} is not known`;

function whole(decoded: { value: unknown; offset: number }, record: Buffer): object {
  if (decoded.offset < 0) throw new Error('the bytes end too early');
  if (decoded.offset < record.length) throw new Error('bytes are left over');
  return decoded.value as object;
}

/** avsc's messages name types and positions, but one quotes values: it comes from writing only. */
const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A record that cannot be decoded, by reference: what it holds is not copied. */
export function undecodable(
  offset: bigint,
  timestamp: number,
  value: Buffer | null,
  reason: Reason,
): Undecodable {
  const bytes = value ?? Buffer.alloc(0);
  return {
    offset,
    timestamp,
    undecodable: { reason, length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
  };
}
