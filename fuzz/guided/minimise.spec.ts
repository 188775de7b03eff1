import fc from 'fast-check';
import { minimise } from './minimise';

const always = (): boolean => true;

describe('minimise', () => {
  it('leaves exactly what is needed, wherever it stands', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, between, after) => {
        const input = Buffer.from(`${before}<${between}>${after}`);
        const opensAndCloses = (text: Buffer): boolean => /<[^]*>/.test(text.toString());
        expect(minimise(input, opensAndCloses, always).toString()).toBe('<>');
      }),
    );
  });

  it('leaves nothing of an input whose bytes do not matter', () => {
    expect(minimise(Buffer.from('anything'), always, always)).toHaveLength(0);
    expect(minimise(Buffer.alloc(0), always, always)).toHaveLength(0);
  });

  it('stops when there is no time, with what it has', () => {
    let left = 3;
    const input = Buffer.alloc(64);
    const shorter = minimise(input, always, () => (left -= 1) >= 0);
    expect(shorter.length).toBeLessThanOrEqual(64);
    expect(left).toBeLessThan(0);
  });
});
