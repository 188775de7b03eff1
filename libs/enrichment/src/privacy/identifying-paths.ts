import type { SchemaKey } from '../protocol/iglu-uri';

/** Marks a property of a JSON Schema whose values name a person. */
export const IDENTIFYING = 'headwater:identifying';

/** A segment of a path that stands for every element of a list, or every member of an object. */
export const EVERY = '*';

/** Schemas nest no deeper than this when they are searched. */
const DEEPEST = 32;

/**
 * JSON pointers of the properties that a schema marks as identifying, where a segment `*` stands for every element or
 * member. A marked property that is an object or a list is identifying as a whole.
 */
export function identifyingPathsOf(schema: unknown): readonly string[] {
  return [...new Set(search(schema, '', 0))];
}

function search(schema: unknown, path: string, depth: number): readonly string[] {
  if (!isObject(schema) || depth > DEEPEST) return [];
  if (schema[IDENTIFYING] === true) return [path];
  const inside = (child: unknown, segment: string): readonly string[] =>
    search(child, `${path}/${segment}`, depth + 1);
  const { properties, items, additionalProperties, patternProperties } = schema;
  return [
    ...membersOf(properties).flatMap(([name, child]) => inside(child, escaped(name))),
    ...listOf(items).flatMap((child) => inside(child, EVERY)),
    ...inside(additionalProperties, EVERY),
    ...membersOf(patternProperties).flatMap(([, child]) => inside(child, EVERY)),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((keyword) =>
      listOf(schema[keyword]).flatMap((child) => search(child, path, depth + 1)),
    ),
  ];
}

/** One segment of a JSON pointer (RFC 6901, section 3). */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
const unescaped = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** The names that a JSON pointer passes through. */
export const segmentsOf = (pointer: string): readonly string[] => pointer.split('/').slice(1).map(unescaped);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const membersOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value) : [];
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : value === undefined ? [] : [value];

/** JSON pointers of the identifying properties in data of a schema. */
export type IdentifyingPaths = (schema: SchemaKey) => readonly string[];

const NOTHING: readonly string[] = [];

/**
 * Look-up of identifying properties in a set of schemas (self-describing ones, with `self`). A version that is not in
 * the set is treated like all known versions of its schema together: what one of them marks is not let through.
 */
export function identifyingPathsIn(schemas: readonly unknown[]): IdentifyingPaths {
  const byVersion = new Map<string, readonly string[]>();
  const byName = new Map<string, readonly string[]>();
  for (const schema of schemas) {
    const self = isObject(schema) ? schema['self'] : undefined;
    if (!isObject(self)) continue;
    const [vendor, name, version] = [self['vendor'], self['name'], self['version']].map(String);
    const paths = identifyingPathsOf(schema);
    byVersion.set(`${vendor}/${name}/${version}`, paths);
    byName.set(`${vendor}/${name}`, [...new Set([...(byName.get(`${vendor}/${name}`) ?? []), ...paths])]);
  }
  return ({ vendor, name, model, revision, addition }) => {
    const known = byName.get(`${vendor}/${name}`);
    if (known === undefined || known.length === 0) return NOTHING;
    return byVersion.get(`${vendor}/${name}/${model}-${revision}-${addition}`) ?? known;
  };
}
