import { CLEAR_ID, placeOf } from '../plan/canaries';

/** A canary in a text. */
export interface Found {
  readonly encoding: 'text' | 'decimal' | 'hex' | 'IPv6' | 'base64' | 'clear identifier';
  /** What stands there. */
  readonly text: string;
}

/** A canary that was found where no address may be. */
export interface Leak {
  /** E.g. `table failed_events_stored, column payload`. */
  readonly where: string;
  readonly encoding: string;
  readonly found: string;
}

interface Encoding {
  readonly name: Found['encoding'];
  readonly pattern: RegExp;
}

/** Parts of a base64 text that a byte sequence leaves unchanged wherever it stands: one for each of three alignments. */
function base64Marks(bytes: string): readonly string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.from('x'.repeat(shift) + bytes, 'latin1').toString('base64');
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor(((shift + bytes.length) * 8) / 6);
    return text.slice(from, to);
  });
}

/** The block of the IPv4 canaries, 198.18.0.0/15, and of the IPv6 ones, 2001:db8::/32, in every form. */
const encodings: readonly Encoding[] = [
  { name: 'text', pattern: /(?<![\d.])198[.-]0?1[89][.-]\d{1,3}[.-]\d{1,3}(?!\d)/g },
  // 198 * 2^24 + 18 * 2^16 = 3323068416 up to 3323199487; between letters it is a part of a digest.
  {
    name: 'decimal',
    pattern:
      /(?<![0-9a-z.])3323(?:0(?:6(?:8(?:4(?:1[6-9]|[2-9]\d)|[5-9]\d\d)|9\d{3})|[7-9]\d{4})|1\d{5})(?![0-9a-z])/gi,
  },
  // Dashes around it are those of a UUID, whose groups can be anything.
  { name: 'hex', pattern: /(?<![0-9a-z-])(?:0x)?c6(?:12|13)[0-9a-f]{4}(?![0-9a-z-])/gi },
  { name: 'hex', pattern: /(?<![0-9a-z])c6[.:]1[23][.:][0-9a-f]{2}[.:][0-9a-f]{2}(?![0-9a-z])/gi },
  { name: 'IPv6', pattern: /ffff:c61[23]:[0-9a-f]{1,4}(?![0-9a-f])/gi },
  { name: 'IPv6', pattern: /2001:0?db8:[0-9a-f:]*/gi },
  {
    name: 'base64',
    pattern: new RegExp([...base64Marks('198.18.'), ...base64Marks('198.19.')].join('|'), 'g'),
  },
  // The four bytes themselves.
  { name: 'base64', pattern: /(?<![A-Za-z0-9+/])xh[I-P][A-Za-z0-9+/]{3}==/g },
  { name: 'clear identifier', pattern: new RegExp(`${CLEAR_ID}[a-z]+-\\d+`, 'g') },
];

/** Where none of these stands there is no canary, but for escapes. In RE2 as well. */
const marks = [
  '198[.-]0?1[89]',
  '3323[01]',
  '[cC]6[.:]?1[23]',
  '2001:0?[dD][bB]8',
  'xh[I-P]',
  CLEAR_ID,
  ...base64Marks('198.18.'),
  ...base64Marks('198.19.'),
];
const marked = new RegExp(marks.join('|'));

/**
 * What is worth looking at closely, in RE2 for ClickHouse: finds all that {@link leaksIn} finds, and more, since any character
 * can stand behind an escape.
 */
export const SUSPICIOUS = [...marks, '%[2-7][0-9a-fA-F]', '[uU]00[2-7]'].join('|');

/** All canaries in a text, also behind percent escapes and JSON's `\u` escapes. Each only once. */
export function leaksIn(text: string): readonly Found[] {
  const found = new Map<string, Found>();
  for (const form of formsOf(text)) {
    if (!marked.test(form)) continue;
    for (const { name, pattern } of encodings)
      for (const [match] of form.matchAll(pattern))
        found.set(`${name} ${match}`, { encoding: name, text: match });
  }
  return [...found.values()];
}

function formsOf(text: string): readonly string[] {
  const forms = [text];
  if (text.includes('%'))
    forms.push(
      text.replace(/%([2-7][0-9a-f])/gi, (_escape, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    );
  if (text.includes('\\u00'))
    forms.push(
      text.replace(/\\u00([2-7][0-9a-f])/gi, (_escape, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
      ),
    );
  return forms;
}

/**
 * Whether something may stand in `collector-payloads`: addresses that are cut to /24 or /48, what a person typed into a
 * text, and identifiers, which only the enricher turns into pseudonyms.
 */
export const mayBeInPayload = ({ encoding, text }: Found): boolean =>
  encoding === 'clear identifier' ||
  (encoding === 'text' && (text.endsWith('.0') || placeOf(text) === 'text')) ||
  (encoding === 'IPv6' && /^2001:0?db8:[0-9a-f]{0,4}::?$/i.test(text));

/** Whether something may stand in `enriched-events`: what a person typed into a text, which is masked only where an event fails. */
export const mayBeInInput = ({ encoding, text }: Found): boolean =>
  encoding === 'text' && placeOf(text) === 'text';
