import { isFlat, percentileOf, spreadOf } from './statistics';

describe('spreadOf', () => {
  it.each([
    ['one figure', [7], { median: 7, min: 7, max: 7 }],
    ['an odd number', [9, 1, 5], { median: 5, min: 1, max: 9 }],
    ['an even number', [4, 1, 2, 10], { median: 3, min: 1, max: 10 }],
  ])('of %s', (_case, values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('is null without figures', () => {
    expect(spreadOf([])).toBeNull();
  });
});

describe('isFlat', () => {
  it.each([
    ['too few windows', [50, 50], false],
    ['still falling', [90, 60, 58, 55], false],
    ['flat at the end', [90, 60, 51, 50, 50.5], true],
    ['exactly 3 %', [100, 103, 101], true],
    ['just above 3 %', [100, 103.1, 101], false],
    ['nothing measured', [0, 0, 0], false],
  ])('%s', (_case, values, flat) => {
    expect(isFlat(values)).toBe(flat);
  });
});

describe('percentileOf', () => {
  it('takes the nearest rank', () => {
    const values = Array.from({ length: 200 }, (_value, index) => 200 - index);
    expect(percentileOf(values, 50)).toBe(100);
    expect(percentileOf(values, 99)).toBe(198);
    expect(percentileOf([3], 99)).toBe(3);
    expect(percentileOf([], 50)).toBeNull();
  });
});
