import type { GuidedTarget } from './guided-target';
import { judge } from './judge';
import { planted } from './planted.fixture';

/** Merges what it reads without looking at the keys, as many a package once did. */
const merging: GuidedTarget = {
  ...planted(),
  check(input) {
    const merge = (into: Record<string, unknown>, from: object): void => {
      for (const [key, value] of Object.entries(from))
        if (typeof value === 'object' && value !== null)
          merge(into[key] as Record<string, unknown>, value as object);
        else into[key] = value;
    };
    merge({ a: {} }, JSON.parse(input.toString()) as object);
    return null;
  },
};

it.each([
  ['nothing of an input that changes only its own objects', '{"a":{"b":1}}', null],
  [
    'the pollution by an input, though all promises are kept',
    '{"__proto__":{"isAdmin":true}}',
    { kind: 'it changes what all objects share', detail: 'Object.prototype.isAdmin' },
  ],
])('tells %s', (_case, input, problem) => {
  expect(judge(merging, Buffer.from(input)).problem).toEqual(problem);
  expect('isAdmin' in {}).toBe(false);
});
