import { parameters } from '../protocol/parameters';

/** Longest outline, in characters. */
export const LONGEST_OUTLINE = 1_000;

const WORD = /[^\s{}[\]":,=&?]+/g;
const spoken: ReadonlySet<string> = new Set([
  'schema',
  'data',
  'null',
  'true',
  'false',
  ...parameters.map(({ key }) => key),
]);

/**
 * What a text that could not be taken apart looks like: its punctuation and the words of the protocol stay, every
 * other run of characters becomes `…`. So it shows where the text breaks, and nothing that a visitor typed or is.
 */
export const outlineOf = (text: string): string =>
  text.slice(0, LONGEST_OUTLINE).replace(WORD, (word) => (spoken.has(word) ? word : '…'));
