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
  it('break one thing after the other, and wait as long as the slowest needs', async () => {
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
    expect(both).toMatchObject({ full: 2, recoverSeconds: 120, world: 'one broker' });
  });

  it('are not made of nothing', () => {
    expect(() => inTurn('quick', [])).toThrow('consists of no scenario');
  });
});
