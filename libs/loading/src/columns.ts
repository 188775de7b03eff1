import type { SchemaName } from '@headwater/contracts';
import { avroRecord, type AvroField, type AvroRecord, type AvroType } from './avro';

/** How the values of a column travel. The database casts text to the dictionary type of its table, and nothing else. */
export type WireType =
  | { readonly kind: 'string' | 'uuid' | 'bool' | 'int32' | 'int64' | 'float64' | 'decimal' | 'datetime64' }
  | { readonly kind: 'nullable'; readonly of: WireType }
  | { readonly kind: 'array'; readonly of: WireType }
  | { readonly kind: 'map'; readonly of: WireType }
  | {
      readonly kind: 'tuple';
      readonly fields: readonly { readonly name: string; readonly type: WireType }[];
    };

/** One column of a table: a field of a contract. */
export interface Column {
  readonly name: string;
  readonly type: WireType;
  /** Type in the table, as ClickHouse writes it. */
  readonly stored: string;
  readonly comment: string;
}

/**
 * What the contract does not say of its text fields, by `Record.field`.
 *
 * - `repeated`: few distinct values, kept in a dictionary (`LowCardinality`)
 * - `uuid`: always a UUID, kept in 16 bytes
 * - `decimal`: decimal text, kept as a number without rounding
 */
export type TextHint = 'repeated' | 'uuid' | 'decimal';
export type TextHints = Readonly<Record<string, TextHint>>;

/**
 * The columns of a contract's record, in its order.
 *
 * A field that may be null becomes nullable only where its type has no empty value of its own: numbers, times, booleans,
 * UUIDs and money. Text, lists, maps and records that were not sent are empty.
 */
export function columnsOf(schema: SchemaName, hints: TextHints): readonly Column[] {
  const mapper = new Mapper(hints);
  const record = avroRecord(schema);
  return record.fields.map((field) => ({
    name: field.name,
    ...mapper.field(record, field),
    comment: field.doc ?? '',
  }));
}

interface Mapped {
  readonly type: WireType;
  readonly stored: string;
}

const scalars: Readonly<Record<string, Mapped>> = {
  boolean: { type: { kind: 'bool' }, stored: 'Bool' },
  int: { type: { kind: 'int32' }, stored: 'Int32' },
  long: { type: { kind: 'int64' }, stored: 'Int64' },
  double: { type: { kind: 'float64' }, stored: 'Float64' },
};
const text: Mapped = { type: { kind: 'string' }, stored: 'String' };
const repeated: Mapped = { ...text, stored: 'LowCardinality(String)' };
const uuid: Mapped = { type: { kind: 'uuid' }, stored: 'UUID' };
const time: Mapped = { type: { kind: 'datetime64' }, stored: "DateTime64(3, 'UTC')" };
/** 20 digits before the point and 18 after it: any currency, and the noise of an amount that was once a binary fraction. */
const decimal: Mapped = { type: { kind: 'decimal' }, stored: 'Decimal(38, 18)' };
const textTypes: Readonly<Record<TextHint, Mapped>> = { repeated, uuid, decimal };

/** An empty text cannot stand for these. */
const hasNoEmptyValue = ({ type }: Mapped): boolean =>
  !['string', 'array', 'map', 'tuple'].includes(type.kind);

class Mapper {
  /** Avro names a record once and refers to it by name afterwards. */
  private readonly named = new Map<string, Mapped>();

  constructor(private readonly hints: TextHints) {}

  field(record: AvroRecord, field: AvroField): Mapped {
    return this.map(field.type, this.hints[`${record.name}.${field.name}`]);
  }

  private map(type: AvroType, hint?: TextHint): Mapped {
    if (typeof type === 'string') {
      if (type === 'string') return hint ? textTypes[hint] : text;
      const known = scalars[type] ?? this.named.get(type);
      if (!known)
        throw new Error(
          `No column type is known for the Avro type ${type}: add one in libs/loading/src/columns.ts.`,
        );
      return known;
    }
    if (isUnion(type)) return this.optional(type, hint);
    switch (type.type) {
      case 'enum':
        return this.remember(type.name, repeated);
      case 'record':
        return this.remember(type.name, this.tuple(type));
      case 'array': {
        const items = this.map(type.items);
        return { type: { kind: 'array', of: items.type }, stored: `Array(${items.stored})` };
      }
      case 'map': {
        const values = this.map(type.values);
        return {
          type: { kind: 'map', of: values.type },
          stored: `Map(LowCardinality(String), ${values.stored})`,
        };
      }
      case 'long':
        return time;
    }
  }

  private optional(union: readonly AvroType[], hint?: TextHint): Mapped {
    const types = union.filter((type) => type !== 'null');
    const [only] = types;
    if (only === undefined || types.length !== 1)
      throw new Error(`A union of ${types.length} types has no column: use one type and null.`);
    const mapped = this.map(only, hint);
    if (!hasNoEmptyValue(mapped)) return mapped;
    return { type: { kind: 'nullable', of: mapped.type }, stored: `Nullable(${mapped.stored})` };
  }

  private tuple(record: AvroRecord): Mapped {
    const fields = record.fields.map((field) => ({ name: field.name, ...this.field(record, field) }));
    return {
      type: { kind: 'tuple', fields: fields.map(({ name, type }) => ({ name, type })) },
      stored: `Tuple(${fields.map(({ name, stored }) => `\`${name}\` ${stored}`).join(', ')})`,
    };
  }

  private remember(name: string, mapped: Mapped): Mapped {
    this.named.set(name, mapped);
    return mapped;
  }
}

const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type);
