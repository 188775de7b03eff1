import { scenario, type Scene } from '../scenario';
import { inTurn } from './in-turn';

const named = (name: string, done: string[], recoverSeconds?: number) =>
  scenario({
    name,
    row: 1,
    title: `what ${name} is`,
    world: 'one broker',
    full: 1,
    ...(recoverSeconds === undefined ? {} : { recoverSeconds }),
    inject: (_scene, index) => Promise.resolve(void done.push(`${name} ${String(index)}`)),
  });

describe('scenarios in turn', () => {
  it('break one thing after the other, and wait for each as long as it may take', async () => {
    const done: string[] = [];
    const told: string[] = [];
    const both = inTurn('quick', [named('a', done), named('b', done, 120)]);
    const scene = { tell: (line: string) => void told.push(line) } as unknown as Scene;
    await both.inject(scene, 0);
    await both.inject(scene, 1);
    expect([done, told]).toEqual([
      ['a 0', 'b 1'],
      ['a: what a is', 'b: what b is'],
    ]);
    expect(both).toMatchObject({ full: 2, world: 'one broker' });
    const { recoverSeconds } = both;
    expect(typeof recoverSeconds === 'function' && [0, 1].map(recoverSeconds)).toEqual([60, 120]);
  });

  it('are not made of nothing', () => {
    expect(() => inTurn('quick', [])).toThrow('consists of no scenario');
  });
});
