import { climb } from './climb';

const rates = [1, 2, 4, 8, 16];
const tried = async (limit: number, guess: number): Promise<[number | null, number[]]> => {
  const seen: number[] = [];
  const best = await climb(rates, guess, (rate) => {
    seen.push(rate);
    return Promise.resolve(rate <= limit);
  });
  return [best, seen];
};

it.each([
  ['climbs until one does not hold', 8, 2, 8, [2, 4, 8, 16]],
  ['stops at the highest', 99, 8, 16, [8, 16]],
  ['goes down until one holds', 1, 4, 1, [4, 2, 1]],
  ['finds none', 0, 2, null, [2, 1]],
  ['begins with the least for a guess that is no rate', 1, 3, 1, [1, 2]],
])('%s', async (_case, limit, guess, best, seen) => {
  expect(await tried(limit, guess)).toEqual([best, seen]);
});
