import type { Random } from '@headwater/testing';

/** What a mutation may draw on. */
export interface Material {
  readonly random: Random;
  /** Another input of the corpus. */
  readonly other: Buffer;
  readonly dictionary: readonly Buffer[];
}

/** One small change of an input, which is left as it is. */
export type Mutation = (input: Buffer, material: Material) => Buffer;

/** An input with some bytes put in the place of others. */
export const replaced = (input: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);

/** Somewhere in an input: most stretches are short. */
export function stretch(input: Buffer, random: Random): readonly [from: number, to: number] {
  const from = random.below(input.length + 1);
  const longest = random.below(4) === 0 ? input.length : 16;
  return [from, Math.min(input.length, from + 1 + random.below(Math.max(1, longest)))];
}
