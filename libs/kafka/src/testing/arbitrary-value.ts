import fc from 'fast-check';

type Schema = string | readonly Schema[] | { readonly type: Schema; readonly [key: string]: unknown };

const text = fc.string({ unit: 'binary', maxLength: 80 }).map((value) => value.toWellFormed());
const primitives: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  null: fc.constant(null),
  boolean: fc.boolean(),
  int: fc.integer(),
  long: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  double: fc.double({ noNaN: true }),
  string: text,
  bytes: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
};

/** Values of an Avro schema, as this library reads and writes them. */
export function arbitraryValue(
  schema: object,
  named = new Map<string, fc.Arbitrary<unknown>>(),
): fc.Arbitrary<unknown> {
  const of = (part: Schema): fc.Arbitrary<unknown> => {
    if (typeof part === 'string') {
      const known = primitives[part] ?? named.get(part);
      if (!known) throw new Error(`no values of ${part}`);
      return known;
    }
    if (Array.isArray(part)) return fc.oneof(...part.map(of));
    const { type, name, symbols, items, values, fields } = part as { readonly [key: string]: unknown } & {
      type: Schema;
    };
    if (type === 'enum') return keep(name, fc.constantFrom(...(symbols as string[])));
    if (type === 'array') return fc.array(of(items as Schema), { maxLength: 4 });
    if (type === 'map')
      return fc.dictionary(
        text.filter((key) => key !== '__proto__'),
        of(values as Schema),
        { maxKeys: 4, noNullPrototype: true },
      );
    if (type === 'record') {
      const entries = (fields as readonly { readonly name: string; readonly type: Schema }[]).map(
        (field) => [field.name, of(field.type)] as const,
      );
      return keep(name, fc.record(Object.fromEntries(entries)));
    }
    return of(type);
  };
  const keep = (name: unknown, arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
    named.set(String(name), arbitrary);
    return arbitrary;
  };
  return of(schema as Schema);
}
