import type { SchemaKey } from '../protocol/iglu-uri';
import { isObject } from '../json-kinds';

/** A segment of a path that stands for every element of a list, or every member of an object. */
export const EVERY = '*';

/** How a property is treated, and the keyword by which a JSON Schema asks for it. */
export const keywords = {
  /** The value names a person, a device, a visit or a purchase: it becomes a pseudonym. */
  identifying: 'headwater:identifying',
  /** The value is an address like that of the page: its query is cut by allow-list. */
  url: 'headwater:url',
} as const;

export type Treatment = keyof typeof keywords;

/** One place in data that must not stay as it was sent. */
export interface MarkedPath {
  /** JSON pointer (RFC 6901); a segment `*` stands for every element or member. */
  readonly pointer: string;
  readonly treatment: Treatment;
}

/** The marked places in data of a schema: the same list for the same schema. */
export type MarkedPaths = (schema: SchemaKey) => readonly MarkedPath[];

/** Schemas nest no deeper than this when they are searched. */
const DEEPEST = 32;

/** The places that a schema marks. A marked property that is an object or a list is marked in all its parts. */
export function markedPathsOf(schema: unknown): readonly MarkedPath[] {
  return (Object.keys(keywords) as Treatment[]).flatMap((treatment) =>
    [...new Set(search(schema, keywords[treatment], '', 0))].map((pointer) => ({ pointer, treatment })),
  );
}

function search(schema: unknown, keyword: string, path: string, depth: number): readonly string[] {
  if (!isObject(schema) || depth > DEEPEST) return [];
  if (schema[keyword] === true) return [path];
  const inside = (child: unknown, segment: string): readonly string[] =>
    search(child, keyword, `${path}/${segment}`, depth + 1);
  const { properties, items, additionalProperties, patternProperties } = schema;
  return [
    ...membersOf(properties).flatMap(([name, child]) => inside(child, escaped(name))),
    ...listOf(items).flatMap((child) => inside(child, EVERY)),
    ...inside(additionalProperties, EVERY),
    ...membersOf(patternProperties).flatMap(([, child]) => inside(child, EVERY)),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((combination) =>
      listOf(schema[combination]).flatMap((child) => search(child, keyword, path, depth + 1)),
    ),
  ];
}

/** One segment of a JSON pointer (RFC 6901, section 3). */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
const unescaped = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

/** The names that a JSON pointer passes through. */
export const segmentsOf = (pointer: string): readonly string[] => pointer.split('/').slice(1).map(unescaped);

const membersOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value) : [];
const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : value === undefined ? [] : [value];

const NOTHING: readonly MarkedPath[] = [];

/**
 * Look-up of marked places in a set of self-describing schemas. A version that is not in the set is treated like all
 * known versions of its schema together: what one of them marks is not let through.
 */
export function markedPathsIn(schemas: readonly unknown[]): MarkedPaths {
  const byVersion = new Map<string, readonly MarkedPath[]>();
  const byName = new Map<string, readonly MarkedPath[]>();
  for (const schema of schemas) {
    const self = isObject(schema) ? schema['self'] : undefined;
    if (!isObject(self)) continue;
    const [vendor, name, version] = [self['vendor'], self['name'], self['version']].map(String);
    const paths = markedPathsOf(schema);
    byVersion.set(`${vendor}/${name}/${version}`, paths);
    byName.set(`${vendor}/${name}`, [...(byName.get(`${vendor}/${name}`) ?? []), ...paths]);
  }
  return ({ vendor, name, model, revision, addition }) => {
    const known = byName.get(`${vendor}/${name}`);
    if (known === undefined || known.length === 0) return NOTHING;
    return byVersion.get(`${vendor}/${name}/${model}-${revision}-${addition}`) ?? known;
  };
}
