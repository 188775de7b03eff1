/** What a pattern consists of, as far as it matters for how long matching takes. */
export type Node =
  /** One character; `source` is a regular expression that matches just it. */
  | { readonly kind: 'character'; readonly source: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number }
  /** Where the text must be: at its start or end, at the edge of a word or not. */
  | { readonly kind: 'place'; readonly at: Place }
  /** `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`. */
  | { readonly kind: 'look'; readonly part: Node }
  /** `\1`, `\k<name>`: whatever a group matched before. */
  | { readonly kind: 'reference' };

export type Place = '^' | '$' | '\\b' | '\\B';

/** Deepest nesting of groups: what follows a pattern recurses. */
export const MAX_GROUPS_DEEP = 50;

const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/y;
/** Of the escapes, those longer than a backslash and a character. */
const LONG_ESCAPE =
  /\\(?:u\{[0-9a-fA-F]+\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\})/y;
const SHORT_ESCAPE = /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|0(?!\d))/y;
const REFERENCE = /\\(?:k|[0-9])/y;
const GROUP = /\((\?:|\?=|\?!|\?<=|\?<!|\?<[^>]+>)?/y;

/**
 * Reads a pattern that the engine has taken for valid.
 *
 * @param unicode whether characters are code points (flag `u`) or UTF-16 units
 * @throws {Error} saying which construct is not known, or that groups are nested too deep
 */
export function parsePattern(source: string, unicode: boolean): Node {
  let at = 0;
  let deep = 0;

  const take = (shape: RegExp): RegExpExecArray | null => {
    shape.lastIndex = at;
    const match = shape.exec(source);
    if (match) at = shape.lastIndex;
    return match;
  };

  const choice = (): Node => {
    const options = [sequence()];
    while (source[at] === '|') {
      at += 1;
      options.push(sequence());
    }
    const [only] = options;
    return options.length === 1 && only ? only : { kind: 'choice', options };
  };

  const sequence = (): Node => {
    const parts: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      const part = repeated(single());
      // A group without a sign behind it is a part of what surrounds it.
      if (part.kind === 'sequence') parts.push(...part.parts);
      else parts.push(part);
    }
    return { kind: 'sequence', parts };
  };

  const repeated = (part: Node): Node => {
    const sign = source[at];
    const match = take(QUANTIFIER);
    if (!match) return part;
    const [, least, comma, most] = match;
    if (least === undefined)
      return { kind: 'repeat', part, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
    const upTo = comma === undefined ? Number(least) : most === '' ? Infinity : Number(most);
    return { kind: 'repeat', part, least: Number(least), most: upTo };
  };

  const single = (): Node => {
    const sign = source[at];
    if (sign === '(') return group();
    if (sign === '[') return characterClass();
    if (sign === '\\') return escape();
    const text = character(at);
    at += text.length;
    if (sign === '^' || sign === '$') return { kind: 'place', at: sign };
    // In patterns without `u`, these may stand for themselves.
    return { kind: 'character', source: '{}]/'.includes(text) ? `\\${text}` : text };
  };

  const character = (from: number): string =>
    unicode ? String.fromCodePoint(source.codePointAt(from) ?? 0) : (source[from] ?? '');

  const group = (): Node => {
    const match = take(GROUP);
    const [, sort = ''] = match ?? [];
    if (source[at] === '?' && sort === '')
      throw new Error(`it has a group "(${source.slice(at, at + 2)}" that is not supported`);
    deep += 1;
    if (deep > MAX_GROUPS_DEEP)
      throw new Error(`its groups are nested deeper than ${MAX_GROUPS_DEEP} levels`);
    const part = choice();
    deep -= 1;
    at += 1;
    return /^\?<?[=!]$/.test(sort) ? { kind: 'look', part } : part;
  };

  const characterClass = (): Node => {
    const from = at;
    at += 1;
    while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
    at += 1;
    return { kind: 'character', source: source.slice(from, at) };
  };

  const escape = (): Node => {
    const next = source[at + 1];
    if (next === 'b' || next === 'B') {
      at += 2;
      return { kind: 'place', at: `\\${next}` };
    }
    const match = take(unicode ? LONG_ESCAPE : SHORT_ESCAPE) ?? (unicode ? take(SHORT_ESCAPE) : null);
    if (match) return { kind: 'character', source: match[0] };
    if (take(REFERENCE)) {
      take(/\d+|<[^>]*>/y);
      return { kind: 'reference' };
    }
    if (next === 'c') {
      // Without `u`, a `\c` before anything but a letter is a backslash and a c.
      at += 1;
      return { kind: 'character', source: '\\\\' };
    }
    const text = `\\${character(at + 1)}`;
    at += text.length;
    return { kind: 'character', source: text };
  };

  const parsed = choice();
  if (at < source.length) throw new Error(`it cannot be read from character ${at} on`);
  return parsed;
}
