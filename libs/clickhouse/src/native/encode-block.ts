import { ContentRefused } from '../errors';
import { ByteWriter } from './byte-writer';
import { columnReader } from './column-reader';
import { typeName, type NativeColumn, type NativeType } from './types';

/** Rows in ClickHouse's Native format, ready to be sent. */
export interface Block {
  /** Columns, in the order in which they stand in `bytes`. */
  readonly columns: readonly string[];
  readonly rows: number;
  readonly bytes: Buffer;
}

/** A value that has no place in its column. Names the column and its type, never the value. */
export class UnencodableValue extends ContentRefused {
  constructor(
    readonly column: string,
    readonly type: string,
  ) {
    super(`A value of the column ${column} is no ${type}.`);
  }
}

/**
 * Encodes rows column by column. A missing or null value becomes the empty value of a type that is not nullable: empty
 * text, 0, an empty array or map, a tuple of empty values.
 *
 * @throws {UnencodableValue}
 */
export function encodeBlock(columns: readonly NativeColumn[], rows: readonly object[]): Block {
  try {
    writer.varint(columns.length);
    writer.varint(rows.length);
    const values = new Array<unknown>(rows.length);
    for (const { name, type } of columns) {
      writer.text(name);
      writer.text(typeName(type));
      columnReader(name)(rows, values);
      if (!write(type, values)) throw new UnencodableValue(name, typeName(type));
    }
    return { columns: columns.map(({ name }) => name), rows: rows.length, bytes: writer.take() };
  } finally {
    writer.reset();
  }
}

// One block is encoded at a time and without a pause, so that all of them can use the same buffer.
const writer = new ByteWriter();

/** Writes the values of a column; false when one is not of its type. */
function write(type: NativeType, values: readonly unknown[]): boolean {
  switch (type.kind) {
    case 'string':
      return writer.texts(values);
    case 'uuid':
      return writer.uuids(values);
    case 'bool':
      return writer.booleans(values);
    case 'int32':
      return writer.int32s(values);
    case 'int64':
    case 'datetime64':
      return writer.int64s(values);
    case 'float64':
      return writer.float64s(values);
    case 'decimal':
      return writer.decimals(values);
    case 'nullable':
      writer.absences(values);
      return write(type.of, values);
    case 'array':
      return writeArrays(type.of, values);
    case 'map':
      return writeMaps(type.of, values);
    case 'tuple':
      return writeTuples(type.fields, values);
  }
}

function writeArrays(of: NativeType, values: readonly unknown[]): boolean {
  const items: unknown[] = [];
  const ends = values.map((array) => {
    if (array != null) for (const item of array as readonly unknown[]) items.push(item);
    return items.length;
  });
  writer.int64s(ends);
  return write(of, items);
}

function writeMaps(of: NativeType, values: readonly unknown[]): boolean {
  const keys: string[] = [];
  const items: unknown[] = [];
  const ends = values.map((map) => {
    if (map != null)
      for (const [key, item] of Object.entries(map)) {
        keys.push(key);
        items.push(item);
      }
    return keys.length;
  });
  writer.int64s(ends);
  writer.texts(keys);
  return write(of, items);
}

function writeTuples(fields: readonly NativeColumn[], values: readonly unknown[]): boolean {
  const present = values.map((tuple) => tuple ?? NOTHING);
  const items = new Array<unknown>(values.length);
  for (const { name, type } of fields) {
    columnReader(name)(present, items);
    if (!write(type, items)) return false;
  }
  return true;
}

const NOTHING = {};
