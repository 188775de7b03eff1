/// <reference lib="es2024.string" />
import { Type, types } from 'avsc';

/** avsc's cursor over a buffer. Reading or writing past the end does not fail but leaves `pos` behind the end. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string;
  skipString(): void;
  writeLong(n: number): void;
  writeString(text: string): void;
}

/** The methods by which avsc's types call one another; its declarations leave them out. */
interface Coded {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
  _write(tap: Tap, value: unknown): void;
}
const coded = (type: unknown): Coded => type as Coded;

/** A schema under which a few bytes can stand for millions of items: it is not read at all. */
export class UnboundedSchema extends Error {}

/**
 * Compiles an Avro schema. Differs from plain avsc in this:
 *
 * - A count of items is believed only up to the number of bytes that are left, and items that take no byte are refused,
 *   so the size of a decoded value is bounded by the size of the record. (Plain avsc makes 20 million nulls of 5 bytes.)
 * - A `long` beyond ±2^52 is refused. (Plain avsc, which counts in doubles, writes and reads another number.)
 * - An `int` beyond 32 bits is refused. (Plain avsc reads it like a long, and then cannot write what it has read.)
 * - A lone surrogate is written as U+FFFD. (Plain avsc writes bytes that are not UTF-8, which other readers reject.)
 * - Unions with null read and write plain values.
 *
 * @throws {UnboundedSchema} for items without size
 */
export function compile(schema: object): Type {
  return Type.forSchema(schema as Parameters<typeof Type.forSchema>[0], {
    registry: {},
    omitRecordMethods: true,
    typeHook: hook,
  });
}

type Hook = NonNullable<NonNullable<Parameters<typeof Type.forSchema>[1]>['typeHook']>;

const hook: Hook = (schema, options) => {
  if (schema === 'string' || isType(schema, 'string')) {
    options.registry['string'] ??= new TextType();
    return options.registry['string'];
  }
  if (schema === 'long' || isType(schema, 'long')) {
    options.registry['long'] ??= new ExactLong();
    return options.registry['long'];
  }
  if (schema === 'int' || isType(schema, 'int')) {
    options.registry['int'] ??= new ExactInt();
    return options.registry['int'];
  }
  if (isType(schema, 'array')) return new BoundedArray(schema, options);
  if (isType(schema, 'map')) return new BoundedMap(schema, options);
  if (Array.isArray(schema) && schema.length === 2 && schema[0] === 'null')
    return new NullableType(schema, options);
  return undefined;
};

const isType = (schema: unknown, type: string): boolean =>
  typeof schema === 'object' && schema !== null && (schema as { type?: unknown }).type === type;

class TextType extends types.StringType {
  _write(tap: Tap, value: unknown): void {
    if (typeof value !== 'string') throw new TypeError('not a text');
    tap.writeString(value.isWellFormed() ? value : value.toWellFormed());
  }
}

class ExactInt extends types.IntType {
  _read(tap: Tap): number {
    const value = tap.readLong();
    if (value !== (value | 0)) throw new Error('an integer of more than 32 bits');
    return value;
  }
}

/** Largest magnitude whose zigzag form, twice as large, is still an exact double. */
const LARGEST_LONG = 2 ** 52;

class ExactLong extends types.LongType {
  _read(tap: Tap): number {
    const value = tap.readLong();
    if (!isExact(value)) throw new Error('an integer of more than 52 bits');
    return value;
  }

  _write(tap: Tap, value: unknown): void {
    if (!isExact(value)) throw new TypeError('not an integer of at most 52 bits');
    tap.writeLong(value);
  }

  _check(value: unknown, _flags: unknown, hook?: (value: unknown, type: Type) => void): boolean {
    const fits = isExact(value);
    if (!fits) hook?.(value, this);
    return fits;
  }
}

const isExact = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LARGEST_LONG;

/** `["null", T]`, by far the most frequent type: index 0 is one byte 0, index 1 one byte 2. */
class NullableType extends types.UnwrappedUnionType {
  _read(tap: Tap): unknown {
    const index = tap.readLong();
    if (index === 0) return null;
    if (index !== 1) throw new Error('a union index that does not exist');
    return coded(this.types[1])._read(tap);
  }

  _write(tap: Tap, value: unknown): void {
    if (value === null) {
      tap.buf[tap.pos++] = 0;
      return;
    }
    tap.buf[tap.pos++] = 2;
    coded(this.types[1])._write(tap, value);
  }
}

class BoundedArray extends types.ArrayType {
  constructor(...args: ConstructorParameters<typeof types.ArrayType>) {
    super(...args);
    refuseWithoutSize(this.itemsType);
  }

  _read(tap: Tap): unknown[] {
    const items = coded(this.itemsType);
    const values: unknown[] = [];
    for (let count = countOf(tap); count > 0; count = countOf(tap))
      for (let left = count; left > 0; left--) values.push(items._read(tap));
    return values;
  }

  _skip(tap: Tap): void {
    const items = coded(this.itemsType);
    skipBlocks(tap, () => {
      items._skip(tap);
    });
  }
}

class BoundedMap extends types.MapType {
  _read(tap: Tap): Record<string, unknown> {
    const values = coded(this.valuesType);
    const map: Record<string, unknown> = {};
    for (let count = countOf(tap); count > 0; count = countOf(tap))
      for (let left = count; left > 0; left--) {
        const key = tap.readString();
        map[key] = values._read(tap);
      }
    return map;
  }

  _skip(tap: Tap): void {
    const values = coded(this.valuesType);
    skipBlocks(tap, () => {
      tap.skipString();
      values._skip(tap);
    });
  }
}

/** Number of items in the next block. A negative count is followed by the size of the block in bytes. */
function countOf(tap: Tap): number {
  let count = tap.readLong();
  if (count < 0) {
    count = -count;
    tap.skipLong();
  }
  if (count > tap.buf.length - tap.pos) throw new Error('a block with more items than bytes are left');
  return count;
}

function skipBlocks(tap: Tap, skipItem: () => void): void {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    if (count < 0) {
      const size = tap.readLong();
      if (size < 0 || size > tap.buf.length - tap.pos) throw new Error('a block larger than the record');
      tap.pos += size;
    } else {
      if (count > tap.buf.length - tap.pos) throw new Error('a block with more items than bytes are left');
      for (let left = count; left > 0; left--) skipItem();
    }
  }
}

function refuseWithoutSize(items: Type): void {
  if (!takesBytes(items))
    throw new UnboundedSchema(
      'an array of items that take no bytes is not read: five bytes could stand for millions',
    );
}

/** A record that is still being built holds the array that asks, which itself takes a byte. */
function takesBytes(type: Type): boolean {
  switch (type.typeName) {
    case 'null':
      return false;
    case 'fixed':
      return (type as types.FixedType).size > 0;
    case 'record':
    case 'error': {
      const fields = (type as types.RecordType).fields as types.RecordType['fields'] | undefined;
      return fields === undefined || fields.some((field) => takesBytes(field.type));
    }
    default:
      return true;
  }
}
