const OPENING: ReadonlySet<string> = new Set(['{', '[']);
const CLOSING: ReadonlySet<string> = new Set(['}', ']']);

/**
 * The elements of a list, or the members of an object, as the texts that were sent: parsing and printing them again
 * would change numbers beyond 2^53. Counts instead of descending, so that no depth of nesting is too deep for it.
 *
 * @param json well-formed JSON of a list or an object, as `JSON.parse` has accepted it
 */
export function partsOf(json: string): readonly string[] {
  const text = json.trim();
  const parts: string[] = [];
  let depth = 0;
  let from = 1;
  const close = (end: number): void => {
    const part = text.slice(from, end).trim();
    if (part !== '') parts.push(part);
    from = end + 1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') at = endOfString(text, at);
    else if (OPENING.has(character)) depth += 1;
    else if (character === ',' && depth === 1) close(at);
    else if (CLOSING.has(character)) {
      depth -= 1;
      if (depth === 0) close(at);
    }
  }
  return parts;
}

/** The members of an object by name, as {@link partsOf} gives them; of doubled ones the last, as in `JSON.parse`. */
export const membersOf = (json: string): ReadonlyMap<string, string> =>
  new Map(
    partsOf(json).map((member) => {
      const end = endOfString(member, 0) + 1;
      const value = member.slice(member.indexOf(':', end) + 1).trim();
      return [JSON.parse(member.slice(0, end)) as string, value];
    }),
  );

/** Position of the closing quote of the string that starts at `at`. */
function endOfString(text: string, at: number): number {
  let position = at + 1;
  while (text.charAt(position) !== '"') position += text.charAt(position) === '\\' ? 2 : 1;
  return position;
}
