/**
 * Whether no two items of an array are equal in the sense of JSON Schema. Takes time in proportion to the size of the
 * array; the validator's own keyword compares every pair, which a hostile array of 100,000 objects turns into minutes.
 */
export function areDistinct(items: readonly unknown[]): boolean {
  if (items.length < 2) return true;
  return new Set(items.map(canonical)).size === items.length;
}

/** A text that is equal exactly for equal JSON values: members in order of their names. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}
