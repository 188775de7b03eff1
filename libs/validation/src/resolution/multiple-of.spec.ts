import fc from 'fast-check';
import { isMultipleOf } from './multiple-of';

describe('isMultipleOf', () => {
  it.each([
    [1.13, 0.01, true],
    [0.0075, 0.0001, true],
    [0.00751, 0.0001, false],
    [1e308, 0.123456789, false],
    [4.5, 1.5, true],
    [-12, 4, true],
    [0, 7, true],
    [Infinity, 1, false],
    [1e21, 1e3, true],
  ])('%d by %d: %s', (value, divisor, expected) => {
    expect(isMultipleOf(value, divisor)).toBe(expected);
  });

  it('holds for any amount in cents', () => {
    fc.assert(fc.property(fc.integer(), (cents) => isMultipleOf(Number((cents / 100).toFixed(2)), 0.01)));
  });
});
