import fc from 'fast-check';
import { membersOf, partsOf } from './json-spans';

it.each([
  ['an empty list', ' [ ] ', []],
  ['an empty object', '{}', []],
  ['numbers as they were written', '[9007199254740993, 1.0 ,1e2]', ['9007199254740993', '1.0', '1e2']],
  ['texts with punctuation in them', '["a,]","\\"}",{"b":"{,"}]', ['"a,]"', '"\\"}"', '{"b":"{,"}']],
  ['members', '{"a" : [1,2] , "b":{}}', ['"a" : [1,2]', '"b":{}']],
])('cuts out %s', (_case, json, parts) => {
  expect(partsOf(json)).toEqual(parts);
});

it('takes the last of doubled members, and reads escaped names', () => {
  expect([...membersOf('{"a":1,"\\u0061":2,"b:c":"d:e"}')]).toEqual([
    ['a', '2'],
    ['b:c', '"d:e"'],
  ]);
});

it('is not too shallow for data that is nested a hundred thousand times', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(partsOf(`[${deep},1]`)).toEqual([deep, '1']);
});

it('cuts any list and any object into what JSON.parse finds in it', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 2), (list, space) => {
      const json = JSON.stringify(list, null, space);
      expect(partsOf(json).map((part): unknown => JSON.parse(part))).toEqual(JSON.parse(json));
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
      const json = JSON.stringify(object);
      const found = [...membersOf(json)].map(([name, part]) => [name, JSON.parse(part) as unknown]);
      expect(Object.fromEntries(found)).toEqual(JSON.parse(json));
    }),
  );
});
