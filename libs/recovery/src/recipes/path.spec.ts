import fc from 'fast-check';
import { parsePath, placesOf, put, takeOut, valueAt, type Path } from './path';

const path = (text: string): Path => {
  const parsed = parsePath(text);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
};
const document = () => ({
  contexts: [{ data: { id: 1, 'e-mail.address': 'a' } }, { data: { id: 2 } }, 'no context'],
  parameters: { aid: 'shop' },
});
const valuesAt = (text: string): readonly unknown[] => placesOf(document(), path(text)).map(valueAt);

it.each([
  ['a member', '$.parameters.aid', ['shop']],
  ['an element', '$.contexts[1].data.id', [2]],
  ['every element', '$.contexts[*].data.id', [1, 2]],
  ['every member', '$.parameters.*', ['shop']],
  ['a quoted name', "$.contexts[0].data['e-mail.address']", ['a']],
  ['a member that is not there yet', '$.parameters.p', [undefined]],
  ['an inherited name, as not there', '$.parameters.toString', [undefined]],
  ['nothing where the way breaks off', '$.none.of.it', []],
  ['nothing beyond a list', '$.contexts[7]', []],
  ['nothing by position in an object', '$.parameters[0]', []],
  ['nothing by name in a list', '$.contexts.length', []],
])('finds %s', (_case, text, values) => {
  expect(valuesAt(text)).toEqual(values);
});

it.each([
  ['contexts', 'does not begin with $'],
  ['$', 'names the whole document'],
  ['$..a', 'cannot be read from position 2'],
  ['$.a[?(@.b)]', 'cannot be read from position 4'],
  ["$.a['b", 'cannot be read from position 4'],
  ['$.a.__proto__.b', 'names __proto__'],
  ["$['__proto__']", 'names __proto__'],
])('refuses %s', (text, reason) => {
  expect(parsePath(text)).toContain(reason);
});

it('writes and takes out, from the end of a list', () => {
  const given = { list: [1, 2, 3], a: { b: 1 } };
  for (const place of placesOf(given, path('$.a.c'))) put(place, 2);
  takeOut(placesOf(given, path('$.list[*]')).filter((place) => valueAt(place) !== 2));
  takeOut(placesOf(given, path('$.a.b')));
  expect(given).toEqual({ list: [2], a: { c: 2 } });
});

it('says of any text what it is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\$[.[\]'a-z0-9*]{0,20}$/)), (text) => {
      const parsed = parsePath(text);
      expect(typeof parsed === 'string' ? parsed.length : parsed.segments.length).toBeGreaterThan(0);
    }),
  );
});
