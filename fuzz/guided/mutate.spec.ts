import { Random } from '@headwater/testing';
import fc from 'fast-check';
import { byteMutations } from './byte-mutations';
import { mutate } from './mutate';
import { tokenMutations } from './token-mutations';

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const dictionary = [Buffer.from('"ip":'), Buffer.from([0])];

describe('a mutation', () => {
  it.each([...byteMutations, ...tokenMutations].map((mutation, at) => [at, mutation] as const))(
    'takes every input and leaves it as it is: number %d',
    (_at, mutation) => {
      fc.assert(
        fc.property(bytes, bytes, fc.nat(), (input, other, seed) => {
          const before = Buffer.from(input);
          expect(Buffer.isBuffer(mutation(input, { random: new Random(seed), other, dictionary }))).toBe(
            true,
          );
          expect(input.equals(before)).toBe(true);
        }),
      );
    },
  );
});

describe('mutate', () => {
  it('makes the same of the same, no longer than it may be', () => {
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), fc.nat(200), (input, other, seed, maximum) => {
        const made = (): Buffer => mutate(input, { random: new Random(seed), other, dictionary }, maximum);
        expect(made().equals(made())).toBe(true);
        expect(made().length).toBeLessThanOrEqual(maximum);
      }),
    );
  });

  it('mostly makes something else', () => {
    const random = new Random(1);
    const input = Buffer.from('{"schema":"iglu:a/b/c","data":[{"e":"pv","n":12}]}');
    const made = Array.from({ length: 1_000 }, () =>
      mutate(input, { random, other: input, dictionary }, 1_000).toString('latin1'),
    );
    expect(new Set(made).size).toBeGreaterThan(900);
    expect(made.some((text) => text.includes('"ip":'))).toBe(true);
  });
});
