import { CoverageMeter } from './coverage-meter';
import { CoveredBlocks } from './covered-blocks';
import { isPlanted, planted } from './planted.fixture';

describe('the coverage meter', () => {
  it('tells new blocks of a function from old ones, and nothing of other scripts', async () => {
    const meter = await CoverageMeter.start(isPlanted);
    const { check } = planted();
    const blocks = new CoveredBlocks();
    const freshAfter = async (...bytes: readonly number[]): Promise<number> => {
      check(Buffer.from(bytes));
      const scripts = await meter.take();
      expect(scripts.every(({ url }) => isPlanted(url))).toBe(true);
      return blocks.add(scripts);
    };
    await freshAfter(0);
    expect(await freshAfter(0)).toBe(0);
    expect(await freshAfter(1, 0x91)).toBe(0);
    expect(await freshAfter(0x7b)).toBeGreaterThan(0);
    const before = blocks.blockCount;
    expect(await freshAfter(0x7b, 2)).toBe(0);
    expect(await freshAfter(0x7b, 0x91)).toBeGreaterThan(0);
    expect(blocks.blockCount).toBeGreaterThan(before);
    meter.stop();
  });

  it('leaves out what was compiled before it began, of which V8 tells no blocks', async () => {
    const { check } = planted();
    check(Buffer.from([0]));
    const meter = await CoverageMeter.start(isPlanted);
    check(Buffer.from([0]));
    expect((await meter.take()).flatMap(({ functions }) => functions)).toEqual([]);
    meter.stop();
  });
});
