import { replaced, type Material, type Mutation } from './mutation';

/** A word, a number, a text without escapes, or one other byte. */
const TOKEN = /"[^"\\]{0,200}"|\d+|[A-Za-z_]+|[^]/g;
/** Tokens are looked for in this much of an input, from a place by chance. */
const WINDOW = 512;
/** Numbers at which code does something else. */
const NUMBERS = [
  '0',
  '-1',
  '1',
  '255',
  '256',
  '65536',
  '2147483648',
  '4503599627370497',
  '9007199254740993',
  '1e309',
  '-0',
  '0.1',
];

interface Token {
  readonly from: number;
  readonly to: number;
}

/** Some tokens of an input, in order; none only where it is empty. Latin-1, so that a character is a byte. */
function tokensOf(input: Buffer, { random }: Material): readonly Token[] {
  const start = random.below(Math.max(1, input.length - WINDOW / 2));
  const text = input.toString('latin1', start, start + WINDOW);
  return Array.from(text.matchAll(TOKEN), ({ 0: token, index }) => ({
    from: start + index,
    to: start + index + token.length,
  }));
}

/** A mutation of one token; of nothing it makes nothing. */
const ofToken =
  (change: (input: Buffer, token: Token, material: Material, tokens: readonly Token[]) => Buffer): Mutation =>
  (input, material) => {
    const tokens = tokensOf(input, material);
    return tokens.length === 0 ? input : change(input, material.random.pick(tokens), material, tokens);
  };

const dropToken = ofToken((input, { from, to }) => replaced(input, from, to, Buffer.alloc(0)));

const doubleToken = ofToken((input, { from, to }) => replaced(input, to, to, input.subarray(from, to)));

const tokenByWord = ofToken((input, { from, to }, { random, dictionary }) =>
  replaced(input, from, to, random.pick(dictionary)),
);

const tokenByNumber = ofToken((input, { from, to }, { random }) =>
  replaced(input, from, to, Buffer.from(random.pick(NUMBERS))),
);

const tokenByAnother = ofToken((input, { from, to }, { random }, tokens) => {
  const another = random.pick(tokens);
  return replaced(input, from, to, input.subarray(another.from, another.to));
});

const tokenOfOther = ofToken((input, { from, to }, material) => {
  const tokens = tokensOf(material.other, material);
  if (tokens.length === 0) return input;
  const other = material.random.pick(tokens);
  return replaced(input, from, to, material.other.subarray(other.from, other.to));
});

/** A run of tokens, such as a member of an object, put in a second time or left out. */
const run = (keep: boolean): Mutation =>
  ofToken((input, { from }, { random }, tokens) => {
    const last =
      tokens[
        Math.min(tokens.length - 1, tokens.findIndex((token) => token.from === from) + random.between(1, 12))
      ];
    const to = last?.to ?? from;
    return replaced(input, keep ? to : from, to, keep ? input.subarray(from, to) : Buffer.alloc(0));
  });

/** Changes of an input that is text: words, numbers, quoted texts, brackets. */
export const tokenMutations: readonly Mutation[] = [
  dropToken,
  doubleToken,
  tokenByWord,
  tokenByNumber,
  tokenByAnother,
  tokenOfOther,
  run(true),
  run(false),
];
