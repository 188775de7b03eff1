import { LEAST_RUNS, runsOf } from './scaled-runs';

const FULL = 1_000_000;

describe('a property', () => {
  it.each([30, 5_000])('is tried as often as it says in `npm test`: %d', (usual) => {
    expect(runsOf(usual, null)).toBe(usual);
  });

  it.each([
    ['a cheap one', 500, 1, 500],
    ['a cheap one', 500, 10_000, 10_000],
    ['a cheap one', 500, FULL, FULL],
    ['a dear one', 30, 1, 30],
    ['a dear one', 30, 10_000, 300],
    ['a dear one', 100, FULL, 10_000],
  ])('is tried more often where more is asked for: %s, %d for %d', (_case, usual, asked, runs) => {
    expect(runsOf(usual, asked)).toBe(runs);
  });

  it('that is dear is never given up', () => {
    expect(runsOf(100, FULL)).toBeLessThanOrEqual(LEAST_RUNS);
  });
});
