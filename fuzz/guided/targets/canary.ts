/** The address of the visitor, which is to come out nowhere as it is. */
export const VISITOR = '203.0.113.77';
/** What the collector makes of it. */
export const TRUNCATED = '203.0.113.0';

const hex = (character: string): string => character.charCodeAt(0).toString(16);
const percentEscape = (character: string): string => `%${hex(character)}`;
const jsonEscape = (character: string): string => `\\u00${hex(character)}`;

/** Ways to write a text: plainly, with each character escaped, with one or another. */
const spellings = (text: string, escape: (character: string) => string): readonly string[] => {
  const characters = Array.from(text);
  return [
    text,
    characters.map(escape).join(''),
    characters.map((character, at) => (at % 3 === 0 ? escape(character) : character)).join(''),
    characters
      .map((character) => (character === '.' ? escape(character).toUpperCase().replace('U', 'u') : character))
      .join(''),
  ];
};

/** Members of a JSON object that name the address, in several escapes. */
export const plantedMembers: readonly string[] = spellings('ip', jsonEscape).flatMap((key) =>
  spellings(VISITOR, jsonEscape).map((address) => `"${key}":"${address}"`),
);

/** Parameters of a query string that name it. */
export const plantedParameters: readonly string[] = spellings('ip', percentEscape).flatMap((key) =>
  spellings(VISITOR, percentEscape).map((address) => `${key}=${address}`),
);

/** A pattern for a text in which each character may be escaped. Only the letters of hexadecimal digits have two cases. */
const spelled = (text: string, ...escapes: readonly ((character: string) => string)[]): string =>
  Array.from(text, (character) => {
    const escaped = escapes.map((escape) =>
      escape(character)
        .replaceAll('\\', '\\\\')
        .replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`),
    );
    return `(?:${[character.replace('.', '\\.'), ...escaped].join('|')})`;
  }).join('');

const ANYWHERE = new RegExp(spelled(VISITOR, percentEscape, jsonEscape), 'g');
const AS_MEMBER = new RegExp(
  `(?<!\\\\)"${spelled('ip', jsonEscape)}"\\s*:\\s*"${spelled(VISITOR, jsonEscape)}`,
  'g',
);
const AS_PARAMETER = new RegExp(
  `(?:^(?:\u00ef\u00bb\u00bf)?\\?*|&)${spelled('ip', percentEscape)}=${spelled(VISITOR, percentEscape)}`,
  'g',
);

const times = (pattern: RegExp, text: string): number => text.match(pattern)?.length ?? 0;

/**
 * Whether a text names the address only where a tracker does, and not what it is truncated to. Elsewhere it is a text of
 * the tracker's own, which the collector passes on as it came, and nothing can be said of it.
 */
export const isOnlyPlanted = (text: string, kind: 'json' | 'query'): boolean =>
  times(ANYWHERE, text) === times(kind === 'json' ? AS_MEMBER : AS_PARAMETER, text) &&
  !names(text, TRUNCATED);

const ESCAPES = /%([2-7][\da-f])|\\u00([2-7][\da-f])/gi;
/** Escapes within escapes that are read. */
const MOST_ROUNDS = 3;

/** Whether an address can be read in a text, in any escape; not as a part of a longer run of digits. */
export function names(text: string, address: string): boolean {
  const pattern = new RegExp(`(?<![\\d.])${address.replaceAll('.', '\\.')}(?!\\d|\\.\\d)`);
  let read = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (pattern.test(read)) return true;
    read = read.replace(ESCAPES, (_escape, percent?: string, json?: string) =>
      String.fromCharCode(Number.parseInt(percent ?? json ?? '', 16)),
    );
  }
  return pattern.test(read);
}
