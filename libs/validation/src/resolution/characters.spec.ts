import fc from 'fast-check';
import { characters } from './characters';

describe('characters', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['😀', 1],
    ['a😀b', 3],
    ['\ud83d', 1],
    ['\ude00\ud83d', 2],
  ])('of %j: %d', (text, count) => {
    expect(characters(text)).toBe(count);
  });

  it('are those that a string iterates over', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => characters(text) === Array.from(text).length),
    );
  });
});
