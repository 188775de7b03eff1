import { byteMutations } from './byte-mutations';
import type { Material, Mutation } from './mutation';
import { tokenMutations } from './token-mutations';

const mutations: readonly Mutation[] = [...byteMutations, ...tokenMutations];
/** Up to 2 to the power before this one changes at once. */
const POWERS = 5;

/** An input like another one: some changes of it, chosen by chance, cut to a length. The same chance makes the same. */
export function mutate(input: Buffer, material: Material, maximumBytes: number): Buffer {
  const { random } = material;
  let mutated = input;
  // The lower of two chances, since many changes mostly break what made an input good.
  const power = Math.min(random.below(POWERS), random.below(POWERS));
  for (let left = 2 ** power; left > 0; left -= 1)
    mutated = random.pick(mutations)(mutated, material).subarray(0, maximumBytes);
  return mutated;
}
