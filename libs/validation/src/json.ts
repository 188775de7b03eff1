/** Deepest nesting of objects and arrays in the data of an event. */
export const MAX_DEPTH = 32;

/** Data read from JSON text, or why it cannot be. */
export type ReadJson =
  | { readonly kind: 'read'; readonly data: unknown }
  | { readonly kind: 'unreadable'; readonly reason: string };

/**
 * Reads JSON text that a stranger wrote. Depth is measured before parsing, because what follows recurses; the text has
 * no more brackets than it can be deep, so hardly any text needs measuring.
 */
export function readJson(text: string): ReadJson {
  if (brackets(text) > MAX_DEPTH && depth(text) > MAX_DEPTH)
    return { kind: 'unreadable', reason: `it is nested deeper than ${MAX_DEPTH} levels` };
  try {
    return { kind: 'read', data: JSON.parse(text) };
  } catch {
    return { kind: 'unreadable', reason: 'it is not JSON' };
  }
}

/** Opening brackets in a text, counted up to one more than {@link MAX_DEPTH}. */
function brackets(text: string): number {
  let count = 0;
  for (const bracket of '{[')
    for (let at = text.indexOf(bracket); at !== -1 && count <= MAX_DEPTH; at = text.indexOf(bracket, at + 1))
      count += 1;
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Deepest nesting of brackets outside of strings. */
function depth(text: string): number {
  let deepest = 0;
  let level = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (inString) {
      if (unit === BACKSLASH) at += 1;
      else if (unit === QUOTE) inString = false;
    } else if (unit === QUOTE) inString = true;
    else if (unit === 0x7b || unit === 0x5b) deepest = Math.max(deepest, (level += 1));
    else if (unit === 0x7d || unit === 0x5d) level -= 1;
  }
  return deepest;
}
