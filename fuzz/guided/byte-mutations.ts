import { replaced, stretch, type Mutation } from './mutation';

/** Bytes at which code does something else: ends of ranges, signs, separators, escapes. */
const TELLING = [
  0x00, 0x01, 0x02, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x22, 0x25, 0x26, 0x2c, 0x3d, 0x5c, 0x7b, 0x7d,
];
const MOST_COPIES = 64;

const setByte: Mutation = (input, { random }) => {
  const at = random.below(input.length + 1);
  const byte = random.below(2) === 0 ? random.below(256) : random.pick(TELLING);
  return replaced(input, at, at + 1, Buffer.from([byte]));
};

const flipBit: Mutation = (input, { random }) => {
  const at = random.below(input.length + 1);
  return replaced(input, at, at + 1, Buffer.from([(input[at] ?? 0) ^ (1 << random.below(8))]));
};

const addToByte: Mutation = (input, { random }) => {
  const at = random.below(input.length + 1);
  return replaced(input, at, at + 1, Buffer.from([((input[at] ?? 0) + random.between(-8, 8)) & 0xff]));
};

const insertBytes: Mutation = (input, { random }) => {
  const at = random.below(input.length + 1);
  return replaced(
    input,
    at,
    at,
    Buffer.from(Array.from({ length: random.between(1, 8) }, () => random.below(256))),
  );
};

const drop: Mutation = (input, { random }) => replaced(input, ...stretch(input, random), Buffer.alloc(0));

const copyElsewhere: Mutation = (input, { random }) => {
  const [from, to] = stretch(input, random);
  const at = random.below(input.length + 1);
  return replaced(input, at, at, input.subarray(from, to));
};

/** What takes long or overflows does so on much of the same. */
const repeat: Mutation = (input, { random }) => {
  const [from, to] = stretch(input, random);
  const copies = Array.from({ length: random.between(1, MOST_COPIES) }, () => input.subarray(from, to));
  return replaced(input, to, to, Buffer.concat(copies));
};

const insertWord: Mutation = (input, { random, dictionary }) => {
  const at = random.below(input.length + 1);
  return replaced(input, at, at, random.pick(dictionary));
};

const overwriteByWord: Mutation = (input, { random, dictionary }) => {
  const word = random.pick(dictionary);
  const at = random.below(input.length + 1);
  return replaced(input, at, at + word.length, word);
};

/** The beginning of one and the end of another. */
const splice: Mutation = (input, { random, other }) =>
  Buffer.concat([
    input.subarray(0, random.below(input.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);

const insertOther: Mutation = (input, { random, other }) => {
  const at = random.below(input.length + 1);
  return replaced(input, at, at, other.subarray(...stretch(other, random)));
};

/** Changes that know nothing of what the bytes mean. */
export const byteMutations: readonly Mutation[] = [
  setByte,
  flipBit,
  addToByte,
  insertBytes,
  drop,
  copyElsewhere,
  repeat,
  insertWord,
  overwriteByWord,
  splice,
  insertOther,
];
