import { ByteWriter } from './byte-writer';
import { columnReader } from './column-reader';
import type { NativeColumn, NativeType } from './types';

/** Collects the values of one column, or of a part of one. */
export interface ColumnEncoder {
  /** Adds values; false when one is not of the column's type: the column is then of no use until it is reset. */
  add(values: readonly unknown[]): boolean;
  /** What was added, in the order in which ClickHouse reads it. */
  readonly streams: readonly ByteWriter[];
  reset(): void;
}

/**
 * An encoder for a type. A type that is more than one stream of bytes (flags and values, ends and items) writes each into a
 * buffer of its own, so that values may come a few at a time.
 */
export function columnEncoder(type: NativeType): ColumnEncoder {
  switch (type.kind) {
    case 'nullable':
      return nullable(columnEncoder(type.of));
    case 'array':
      return lists(columnEncoder(type.of), (array) => array as readonly unknown[]);
    case 'map':
      return lists(entries(columnEncoder(type.of)), Object.entries);
    case 'tuple':
      return tuple(type.fields);
    default:
      return plain(type.kind);
  }
}

type PlainKind = Exclude<NativeType['kind'], 'nullable' | 'array' | 'map' | 'tuple'>;

const writers: Readonly<Record<PlainKind, (writer: ByteWriter, values: readonly unknown[]) => boolean>> = {
  string: (writer, values) => writer.texts(values),
  uuid: (writer, values) => writer.uuids(values),
  bool: (writer, values) => writer.booleans(values),
  int32: (writer, values) => writer.int32s(values),
  int64: (writer, values) => writer.int64s(values),
  datetime64: (writer, values) => writer.int64s(values),
  float64: (writer, values) => writer.float64s(values),
  decimal: (writer, values) => writer.decimals(values),
};

function plain(kind: PlainKind): ColumnEncoder {
  const writer = new ByteWriter();
  const write = writers[kind];
  return {
    streams: [writer],
    add: (values) => write(writer, values),
    reset: () => {
      writer.reset();
    },
  };
}

function nullable(inner: ColumnEncoder): ColumnEncoder {
  const flags = new ByteWriter();
  return {
    streams: [flags, ...inner.streams],
    add: (values) => {
      flags.absences(values);
      return inner.add(values);
    },
    reset: () => {
      flags.reset();
      inner.reset();
    },
  };
}

/** Values that are lists, each of as many items as it has. The ends go on from one call to the next: they are those of the block. */
function lists(items: ColumnEncoder, itemsOf: (value: object) => readonly unknown[]): ColumnEncoder {
  const ends = new ByteWriter();
  let count = 0;
  return {
    streams: [ends, ...items.streams],
    add: (values) => {
      const all: unknown[] = [];
      ends.int64s(
        values.map((value) => {
          if (value != null) for (const item of itemsOf(value)) all.push(item);
          return count + all.length;
        }),
      );
      count += all.length;
      return items.add(all);
    },
    reset: () => {
      count = 0;
      ends.reset();
      items.reset();
    },
  };
}

/** Entries of maps: all keys, then all values. */
function entries(values: ColumnEncoder): ColumnEncoder {
  const keys = new ByteWriter();
  return {
    streams: [keys, ...values.streams],
    add: (pairs) => {
      const all = pairs as readonly (readonly [string, unknown])[];
      return keys.texts(all.map(([key]) => key)) && values.add(all.map(([, value]) => value));
    },
    reset: () => {
      keys.reset();
      values.reset();
    },
  };
}

function tuple(columns: readonly NativeColumn[]): ColumnEncoder {
  const fields = columns.map(({ name, type }) => ({
    read: columnReader(name),
    encoder: columnEncoder(type),
  }));
  return {
    streams: fields.flatMap(({ encoder }) => encoder.streams),
    add: (values) => {
      const present = values.map((fieldsOf) => fieldsOf ?? NOTHING);
      const items = new Array<unknown>(values.length);
      return fields.every(({ read, encoder }) => {
        read(present, items);
        return encoder.add(items);
      });
    },
    reset: () => {
      for (const { encoder } of fields) encoder.reset();
    },
  };
}

const NOTHING = {};
