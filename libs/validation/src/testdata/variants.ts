/** A JSON Schema or a part of one. */
export type SchemaNode = Readonly<Record<string, unknown>>;

const uuid = '3f1f2a1c-7d0b-4c52-9b5e-0d6f6a1b2c3d';

/** Texts on both sides of the patterns and formats that tracker schemas use. */
const texts = [
  '',
  'a',
  uuid,
  uuid.toUpperCase(),
  uuid.slice(1),
  `x${uuid}`,
  `urn:uuid:${uuid}`,
  `${uuid}\n`,
  uuid.replaceAll('-', ''),
  '0123456789abcdef',
  '0123456789ABCDEF',
  `0123456789abcdef ${uuid}`,
  'iglu:com.acme/thing/jsonschema/1-0-0',
  'iglu:com.ac_me-x/thing_-2/json_schema/10-20-30',
  'iglu:com.acme/thing.x/jsonschema/1-0-0',
  'iglu:com.acme/thing/jsonschema/1-0',
  'iglu:com.acme/thing/jsonschema/1-0-*',
  'iglu:/thing/jsonschema/1-0-0',
  'com.acme/thing/jsonschema/1-0-0',
  '320x200.5',
  '320X200',
  'x200',
  '401/401',
  '2026-01-31T23:59:59Z',
  '2026-01-31T23:59:59.123+02:00',
  '2026-01-31 23:59:59',
  '2026-01-31',
  '2026-13-31T23:59:59Z',
  'https://shop.example/a?b=c#d',
  '/a?b=c',
  'not a uri',
  'EUR',
  'ü',
];
const things: readonly unknown[] = [
  null,
  true,
  false,
  0,
  1,
  -1,
  0.5,
  0.01,
  0.015,
  19.99,
  1.005,
  1e20,
  [],
  [null],
  ['a'],
  [1],
  [{}],
  {},
  { a: 'b' },
  { a: true },
  { a: 1 },
  { a: null },
];

/** Values at and next to every limit that one of the schemas sets, and values of every type. */
export function probes(schemas: readonly SchemaNode[]): readonly unknown[] {
  return [...things, ...texts, ...schemas.flatMap(limits)];
}

/**
 * Changes to `instance`, one at a time: each part replaced by every probe for it, left out, joined by a stranger or
 * left alone. Parts are those of the instance and those that one of the schemas names.
 */
export function* variants(instance: unknown, schemas: readonly SchemaNode[]): Generator {
  yield* probes(schemas);
  if (isList(instance)) {
    yield [...instance, ...instance];
    yield instance.slice(0, 1);
    for (const changed of variants(instance[0], itemsOf(schemas))) yield [changed, ...instance.slice(1)];
  } else if (isObject(instance)) {
    yield { ...instance, stranger: 1 };
    yield { ...instance, stranger: null };
    for (const name of namesOf(instance, schemas)) {
      yield without(instance, name);
      if (name in instance) yield { [name]: instance[name] };
      for (const changed of variants(instance[name], propertyOf(schemas, name)))
        yield { ...instance, [name]: changed };
    }
  }
}

/** One change to `instance` at a place, and of a kind, that the dice say: `roll(n)` gives 0 … n - 1. */
export function change(
  instance: unknown,
  schemas: readonly SchemaNode[],
  roll: (sides: number) => number,
): unknown {
  const probe = () => pick(probes(schemas), roll);
  if (isList(instance) && roll(8) > 0) {
    const at = roll(instance.length + 1);
    const items = [...instance];
    items[at] = change(items[at], itemsOf(schemas), roll);
    return items;
  }
  if (isObject(instance) && roll(8) > 0) {
    const name = pick([...namesOf(instance, schemas), 'stranger'], roll);
    return roll(4) === 0
      ? without(instance, name)
      : { ...instance, [name]: change(instance[name], propertyOf(schemas, name), roll) };
  }
  return probe();
}

/** The schema with `#/definitions/…` written out where it is referred to. */
export function dereferenced(root: SchemaNode): SchemaNode {
  const definitions = (root['definitions'] ?? {}) as Record<string, unknown>;
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit);
    if (!isObject(node)) return node;
    const reference = node['$ref'];
    if (typeof reference === 'string') return visit(definitions[reference.replace('#/definitions/', '')]);
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, visit(value)]));
  };
  return visit(root) as SchemaNode;
}

function limits(schema: SchemaNode): readonly unknown[] {
  const number = (keyword: string) => (typeof schema[keyword] === 'number' ? [schema[keyword]] : []);
  const lengths = [...number('minLength'), ...number('maxLength')].flatMap((n) => [n - 1, n, n + 1]);
  const options = isList(schema['enum']) ? schema['enum'] : [];
  return [
    ...number('minimum').flatMap((n) => [n, n - 1, n - 0.5, n + 0.5]),
    ...number('maximum').flatMap((n) => [n, n + 1, n * 2 + 1, n - 0.5, Math.floor(n / 2)]),
    ...number('multipleOf').flatMap((n) => [n, n / 2, n * 3]),
    ...lengths
      .filter((n) => n >= 0)
      .flatMap((n) => ['a'.repeat(n), '€'.repeat(n), '1x1'.padEnd(n, '0'), '1/1'.padEnd(n, '0')]),
    ...options.flatMap((option) => [option, typeof option === 'string' ? `${option}x` : option]),
  ];
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const nodes = (values: readonly unknown[]): readonly SchemaNode[] => values.filter(isObject);

const itemsOf = (schemas: readonly SchemaNode[]) => nodes(schemas.map((schema) => schema['items']));

const propertyOf = (schemas: readonly SchemaNode[], name: string) =>
  nodes(
    schemas.map(
      (schema) =>
        (schema['properties'] as Record<string, unknown> | undefined)?.[name] ??
        schema['additionalProperties'],
    ),
  );

const namesOf = (instance: Record<string, unknown>, schemas: readonly SchemaNode[]): readonly string[] => [
  ...new Set([
    ...Object.keys(instance),
    ...schemas.flatMap((schema) => Object.keys((schema['properties'] as object | undefined) ?? {})),
  ]),
];

function without(instance: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(instance).filter(([key]) => key !== name));
}

function pick<T>(options: readonly T[], roll: (sides: number) => number): T {
  return options[roll(options.length)] as T;
}

/** Every object and array of the schema. */
export function* nodesOf(node: unknown): Generator<SchemaNode> {
  if (typeof node !== 'object' || node === null) return;
  yield node as SchemaNode;
  for (const child of Object.values(node)) yield* nodesOf(child);
}
