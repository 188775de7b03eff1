import fc from 'fast-check';
import { unfitRows } from './fitting-rows';
import type { NativeColumn } from './types';

const columns: readonly NativeColumn[] = [
  { name: 'n', type: { kind: 'int32' } },
  { name: 'id', type: { kind: 'uuid' } },
];

describe('unfitRows', () => {
  it('finds every row that cannot be encoded, and the column to blame', () => {
    const rows = [{ n: 1 }, { n: 1.5 }, { n: 2, id: 'x' }, { n: 3 }, { n: 4, id: 'y' }];
    expect(unfitRows(columns, rows).map(({ index, error }) => [index, error.column])).toEqual([
      [1, 'n'],
      [2, 'id'],
      [4, 'id'],
    ]);
  });

  it('finds exactly those', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (fits) => {
        const rows = fits.map((fit) => ({ n: fit ? 1 : 'one' }));
        const expected = fits.flatMap((fit, index) => (fit ? [] : [index]));
        expect(unfitRows(columns, rows).map(({ index }) => index)).toEqual(expected);
      }),
    );
  });

  it('does not hide an error of another kind', () => {
    const broken = {
      get n(): never {
        throw new TypeError('broken');
      },
    };
    expect(() => unfitRows(columns, [broken])).toThrow('broken');
  });
});
