type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const nodes = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.filter((item): item is Node => isNode(item)) : [];

/**
 * The cases that the schema of a bad row tells apart: each alternative of what went wrong, named by its properties, and by its
 * words where a property is one of a few.
 */
export function casesOf(schema: unknown): readonly string[] {
  const properties = isNode(schema) && isNode(schema['properties']) ? schema['properties'] : {};
  const found = alternatives(properties['failure'] ?? properties['failures']);
  return found.length === 0 ? ['failure'] : [...new Set(found)];
}

/** Alternatives at a node or below it, down to those that hold no further ones. */
function alternatives(node: unknown): readonly string[] {
  if (!isNode(node)) return [];
  const choices = [...nodes(node['anyOf']), ...nodes(node['oneOf'])];
  if (choices.length > 0)
    return choices.flatMap((choice) => {
      const inner = innerAlternatives(choice);
      const name = nameOf(choice);
      return inner.length === 0 ? [name] : inner.map((deeper) => `${name} > ${deeper}`);
    });
  return innerAlternatives(node);
}

function innerAlternatives(node: Node): readonly string[] {
  const { properties, items } = node;
  return [...(isNode(properties) ? Object.values(properties) : []), items].flatMap(alternatives);
}

function nameOf({ properties }: Node): string {
  if (!isNode(properties)) return 'any';
  // Whether a schema was superseded is a detail that newer versions add to a case, not a case.
  return Object.entries(properties)
    .filter(([name]) => name !== 'supersededBy')
    .map(([name, value]) =>
      isNode(value) && Array.isArray(value['enum']) ? `${name}=${value['enum'].join('|')}` : name,
    )
    .join(' ');
}
