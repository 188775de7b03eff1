/** What a schema document may hold at most: many times what the largest of Iglu Central do (18 kB, 406 nodes, 23 levels, 10 references, few patterns). */
export const LIMITS = {
  nodes: 10_000,
  depth: 64,
  references: 500,
  patterns: 500,
  textLength: 256 * 1024,
} as const;

/** The keyword that counts visits: no name that a schema could have. */
export const VISITED = 'headwater:visited';

/** Keywords of draft 4 whose value is a schema, a list of them, or a map to them. */
const ONE = ['items', 'additionalItems', 'additionalProperties', 'not'];
const LISTS = ['items', 'allOf', 'anyOf', 'oneOf'];
const MAPS = ['properties', 'patternProperties', 'definitions', 'dependencies'];

type Json = Readonly<Record<string, unknown>>;

/**
 * A schema as the engine is given it. Says the same as the document, in words that the engine gets right:
 *
 * - what stands beside a `$ref` is left out, as draft 4 ignores it: the engine would heed an `id`;
 * - a property called `__proto__`, which the engine overlooks, becomes a pattern;
 * - where there are references, every schema counts its visits, so that references that multiply can be stopped.
 *
 * @throws {Error} saying which limit of {@link LIMITS} the document exceeds
 */
export function tidied(document: Json): Json {
  const references = measure(document);
  return schema(document, references > 0);
}

/** Number of references in a document that keeps to the limits. */
function measure(document: unknown): number {
  let nodes = 0;
  let references = 0;
  let patterns = 0;
  let length = 0;
  const visit = (value: unknown, level: number): void => {
    if (typeof value === 'string') length += value.length;
    if (typeof value !== 'object' || value === null) return;
    nodes += 1;
    exceeds(level, LIMITS.depth, 'levels of nesting');
    exceeds(nodes, LIMITS.nodes, 'objects and arrays');
    for (const [name, member] of Object.entries(value)) {
      length += name.length;
      if (name === '$ref' && typeof member === 'string') references += 1;
      if (name === 'pattern' && typeof member === 'string') patterns += 1;
      if (name === 'patternProperties' && isObject(member)) patterns += Object.keys(member).length;
      visit(member, level + 1);
    }
    exceeds(references, LIMITS.references, 'references');
    exceeds(patterns, LIMITS.patterns, 'patterns');
    exceeds(length, LIMITS.textLength, 'characters of names and texts');
  };
  visit(document, 1);
  return references;
}

function exceeds(count: number, limit: number, what: string): void {
  if (count > limit) throw new Error(`it has more than ${limit} ${what}`);
}

function schema(from: Json, counting: boolean): Json {
  if (typeof from['$ref'] === 'string') return { $ref: from['$ref'] };
  const into: Record<string, unknown> = { ...from };
  const tidy = (value: unknown): unknown => (isObject(value) ? schema(value, counting) : value);
  for (const keyword of ONE) if (isObject(from[keyword])) into[keyword] = tidy(from[keyword]);
  for (const keyword of LISTS) {
    const list = from[keyword];
    if (Array.isArray(list)) into[keyword] = list.map(tidy);
  }
  for (const keyword of MAPS) {
    const map = from[keyword];
    if (isObject(map))
      into[keyword] = Object.fromEntries(Object.entries(map).map(([name, value]) => [name, tidy(value)]));
  }
  nameProto(into);
  if (counting) into[VISITED] = true;
  return into;
}

const PROTO = '__proto__';
const PROTO_PATTERN = `^${PROTO}$`;

function nameProto(into: Record<string, unknown>): void {
  const { properties, patternProperties } = into;
  if (!isObject(properties) || !Object.hasOwn(properties, PROTO)) return;
  into['properties'] = Object.fromEntries(Object.entries(properties).filter(([name]) => name !== PROTO));
  into['patternProperties'] = {
    ...(isObject(patternProperties) ? patternProperties : {}),
    [PROTO_PATTERN]: Object.entries(properties).find(([name]) => name === PROTO)?.[1],
  };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
