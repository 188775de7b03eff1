import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { areDistinct } from './unique-items';

describe('areDistinct', () => {
  it.each([
    [
      'members in another order',
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      false,
    ],
    ['a number and its text', [1, '1'], true],
    ['one and true', [1, true], true],
    ['arrays cut elsewhere', [['a', 'b'], ['a,b']], true],
    ['zero and minus zero', [0, -0], false],
  ])('decides on %s', (_case, items, expected) => {
    expect(areDistinct(items)).toBe(expected);
  });

  it('agrees with the comparison of every pair', () => {
    const item = fc
      .jsonValue({ maxDepth: 2, noUnicodeString: true })
      .map((value): unknown => JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (items) => {
        const allDiffer = items.every((one, at) =>
          items.slice(at + 1).every((other) => !isDeepStrictEqual(one, other)),
        );
        expect(areDistinct(items)).toBe(allDiffer);
      }),
    );
  });

  it('reads each item once, however many there are', () => {
    let reads = 0;
    const items = Array.from({ length: 10_000 }, (_, index) => ({
      get index() {
        reads += 1;
        return index;
      },
    }));
    expect(areDistinct(items)).toBe(true);
    expect(reads).toBe(items.length);
  });
});
