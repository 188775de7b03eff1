/**
 * The types in which a block is sent. Text goes as `String` into a column of `LowCardinality(String)`: the engine casts it faster
 * than a client could build it. Nothing else is left to a cast, because a cast of `Nullable(String)` turns what it cannot read
 * into NULL without a word.
 */
export type NativeType =
  | { readonly kind: 'string' | 'uuid' | 'bool' | 'int32' | 'int64' | 'float64' | 'decimal' | 'datetime64' }
  | { readonly kind: 'nullable'; readonly of: NativeType }
  | { readonly kind: 'array'; readonly of: NativeType }
  /** Keys are text. */
  | { readonly kind: 'map'; readonly of: NativeType }
  | { readonly kind: 'tuple'; readonly fields: readonly NativeColumn[] };

/** A column of a block; in a tuple, a field of it. Its values are read from the property of the same name. */
export interface NativeColumn {
  readonly name: string;
  readonly type: NativeType;
}

const plainNames = {
  string: 'String',
  uuid: 'UUID',
  bool: 'Bool',
  int32: 'Int32',
  int64: 'Int64',
  float64: 'Float64',
  decimal: 'Decimal(38, 18)',
  datetime64: "DateTime64(3, 'UTC')",
} as const;

/** The type as ClickHouse writes it, e.g. `Array(Tuple(name String))`. */
export function typeName(type: NativeType): string {
  switch (type.kind) {
    case 'nullable':
      return `Nullable(${typeName(type.of)})`;
    case 'array':
      return `Array(${typeName(type.of)})`;
    case 'map':
      return `Map(String, ${typeName(type.of)})`;
    case 'tuple':
      return `Tuple(${type.fields.map(({ name, type: of }) => `\`${name}\` ${typeName(of)}`).join(', ')})`;
    default:
      return plainNames[type.kind];
  }
}
