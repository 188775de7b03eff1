import { CoveredBlocks, type CoveredRange, type CoveredScript } from './covered-blocks';

const range = (startOffset: number, endOffset: number, count: number): CoveredRange => ({
  startOffset,
  endOffset,
  count,
});
const script = (...functions: readonly (readonly CoveredRange[])[]): readonly CoveredScript[] => [
  { url: 'a.ts', functions: functions.map((ranges) => ({ ranges })) },
];

describe('covered blocks', () => {
  it('knows a block that is told of only where it did not run', () => {
    const blocks = new CoveredBlocks();
    expect(blocks.add(script([range(0, 100, 1), range(20, 40, 0)]))).toBe(2);
    expect(blocks.blockCount).toBe(2);
    expect(blocks.hasFresh(script([range(0, 100, 5)]))).toBe(true);
    expect(blocks.hasFresh(script([range(0, 100, 5)]))).toBe(true);
    expect(blocks.add(script([range(0, 100, 5)]))).toBe(1);
    expect(blocks.hasFresh(script([range(0, 100, 5)]))).toBe(false);
    expect(blocks.blockCount).toBe(3);
  });

  it('does not take an inner function for run because the one around it ran', () => {
    const blocks = new CoveredBlocks();
    blocks.add(script([range(0, 100, 1)]));
    expect(blocks.add(script([range(0, 100, 1)], [range(10, 20, 0)]))).toBe(0);
    expect(blocks.add(script([range(10, 20, 3)]))).toBe(1);
    expect(blocks.functionCount).toBe(2);
  });

  it('has a block within one that did not run', () => {
    const blocks = new CoveredBlocks();
    blocks.add(script([range(0, 100, 1), range(20, 80, 0)]));
    expect(blocks.add(script([range(0, 100, 1), range(20, 80, 2), range(30, 40, 0)]))).toBe(2);
    expect(blocks.hasFresh(script([range(0, 100, 9), range(20, 80, 0)]))).toBe(false);
  });
});
