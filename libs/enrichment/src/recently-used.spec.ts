import { RecentlyUsed } from './recently-used';

function counting(size: number): { get: (key: string) => string; computed: string[] } {
  const computed: string[] = [];
  const cache = new RecentlyUsed<string>(size);
  const get = (key: string): string =>
    cache.get(key, (name) => {
      computed.push(name);
      return name.toUpperCase();
    });
  return { get, computed };
}

it('computes a value once', () => {
  const { get, computed } = counting(10);
  expect([get('a'), get('a'), get('b')]).toEqual(['A', 'A', 'B']);
  expect(computed).toEqual(['a', 'b']);
});

it('keeps what is in use while other keys pass by', () => {
  const { get, computed } = counting(4);
  get('kept');
  for (let passing = 0; passing < 1_000; passing += 1) {
    get(`passing ${passing}`);
    get('kept');
  }
  expect(computed.filter((key) => key === 'kept')).toHaveLength(1);
});

it('forgets what was not used for long', () => {
  const { get, computed } = counting(4);
  get('forgotten');
  for (let passing = 0; passing < 20; passing += 1) get(`passing ${passing}`);
  get('forgotten');
  expect(computed.filter((key) => key === 'forgotten')).toHaveLength(2);
});
