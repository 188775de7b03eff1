import fc from 'fast-check';
import { igluUri, parseIgluUri } from './iglu-uri';

it('takes an Iglu URI apart', () => {
  expect(parseIgluUri('iglu:com.acme-x/link_click/jsonschema/1-0-12')).toEqual({
    vendor: 'com.acme-x',
    name: 'link_click',
    format: 'jsonschema',
    model: 1,
    revision: 0,
    addition: 12,
  });
});

it.each([
  ['no scheme', 'com.acme/a/jsonschema/1-0-0'],
  ['another scheme', 'http://com.acme/a/jsonschema/1-0-0'],
  ['a part too few', 'iglu:com.acme/jsonschema/1-0-0'],
  ['a part too many', 'iglu:com.acme/a/b/jsonschema/1-0-0'],
  ['a criterion', 'iglu:com.acme/a/jsonschema/1-*-*'],
  ['model 0', 'iglu:com.acme/a/jsonschema/0-0-0'],
  ['leading zeros', 'iglu:com.acme/a/jsonschema/1-00-0'],
  ['a number beyond int32', 'iglu:com.acme/a/jsonschema/1-0-99999999999'],
  ['a path that climbs', 'iglu:com.acme/../jsonschema/1-0-0'],
  ['a line break at the end', 'iglu:com.acme/a/jsonschema/1-0-0\n'],
  ['a very long one', `iglu:${'a'.repeat(600)}/a/jsonschema/1-0-0`],
  ['nothing', ''],
])('refuses %s', (_case, uri) => {
  expect(parseIgluUri(uri)).toBeNull();
});

it('prints what it parsed', () => {
  const word = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
  const number = fc.integer({ min: 0, max: 999_999_999 });
  fc.assert(
    fc.property(
      word,
      word,
      word,
      fc.integer({ min: 1, max: 999_999_999 }),
      number,
      number,
      (vendor, name, format, model, revision, addition) => {
        const key = { vendor, name, format, model, revision, addition };
        expect(parseIgluUri(igluUri(key))).toEqual(key);
      },
    ),
  );
});
