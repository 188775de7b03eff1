import { targetNamed, targets } from '.';

describe.each(targets.map((target) => [target.name, target] as const))('the target %s', (name, target) => {
  it('keeps its promises for every good input, and for the words of its dictionary', () => {
    expect(target.seeds.length).toBeGreaterThan(5);
    for (const input of [...target.seeds, ...target.dictionary, Buffer.alloc(0)])
      expect(target.check(input)).toBeNull();
  });

  it('is found by its name', () => {
    expect(targetNamed(name)).toBe(target);
  });
});
