import { compileSchema, MAX_VIOLATIONS } from './compile';

const schema = {
  $schema: 'http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#',
  self: { vendor: 'com.acme', name: 'click', format: 'jsonschema', version: '1-0-0' },
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    count: { type: ['integer', 'null'], minimum: 0, maximum: 10 },
    kind: { enum: ['a', 'b'] },
    text: { type: 'string', maxLength: 3, minLength: 2, pattern: '^[a-z]+$' },
    price: { type: 'number', multipleOf: 0.01 },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 2, uniqueItems: true },
  },
  required: ['id'],
  additionalProperties: false,
};
const id = '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10';

describe('a compiled schema', () => {
  const { violations } = compileSchema(schema);

  it('finds nothing wrong with good data', () => {
    expect(violations({ id, count: null, kind: 'a', text: 'abc', price: 1.13, tags: ['x', 'y'] })).toEqual(
      [],
    );
  });

  it.each([
    ['a missing property', {}, '', 'required', 'the property "id" to be there'],
    ['another type', { id, count: '3' }, '/count', 'type', 'a value of type integer or null'],
    ['a number too large', { id, count: 11 }, '/count', 'maximum', 'a number <= 10'],
    ['a number too small', { id, count: -1 }, '/count', 'minimum', 'a number >= 0'],
    ['a word not listed', { id, kind: 'c' }, '/kind', 'enum', 'one of ["a","b"]'],
    ['a text too long', { id, text: 'abcd' }, '/text', 'maxLength', 'at most 3 characters'],
    ['a text too short', { id, text: 'a' }, '/text', 'minLength', 'at least 2 characters'],
    ['a pattern not met', { id, text: 'A1' }, '/text', 'pattern', 'to match ^[a-z]+$'],
    ['a format not met', { id: 'x' }, '/id', 'format', 'the format uuid'],
    ['a fraction of a cent', { id, price: 1.131 }, '/price', 'multipleOf', 'a multiple of 0.01'],
    ['too many items', { id, tags: ['a', 'b', 'c'] }, '/tags', 'maxItems', 'at most 2 items'],
    ['items that repeat', { id, tags: ['a', 'a'] }, '/tags', 'uniqueItems', 'must NOT have duplicate items'],
    ['an item of another type', { id, tags: ['a', 1] }, '/tags/1', 'type', 'a value of type string'],
    ['a number beyond all numbers', { id, price: Infinity }, '/price', 'type', 'a value of type number'],
    [
      'a property that is not named',
      { id, other: 1 },
      '',
      'additionalProperties',
      'no property "other", as the schema names those it allows',
    ],
  ])('reports %s', (_case, data, path, keyword, expectation) => {
    expect(violations(data)).toContainEqual(expect.objectContaining({ path, keyword, expectation }));
  });

  it('reports every error, and the value of each', () => {
    expect(violations({ id, count: 'many', kind: { deep: [1] } })).toEqual([
      expect.objectContaining({ path: '/count', value: 'many' }),
      expect.objectContaining({ path: '/kind', value: '{"deep":[1]}' }),
    ]);
  });

  it('bounds the report and says what it left out', () => {
    const data = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`p${index}`, 1]));
    const report = violations({ id, ...data });
    expect(report).toHaveLength(MAX_VIOLATIONS + 1);
    expect(report.at(-1)?.expectation).toBe('no violation, and 30 more were found');
  });

  it('takes no inherited name for a property', () => {
    const named = compileSchema({ required: ['constructor', 'toString'] });
    expect(named.violations({})).toHaveLength(2);
  });
});

describe('compileSchema', () => {
  it.each([
    ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, 'draft 4'],
    ['a type that does not exist', { type: 'text' }, 'not a valid JSON Schema'],
    [
      'a reference to another document',
      { $ref: 'https://elsewhere.example/schema.json' },
      "can't resolve reference",
    ],
    ['a pattern that is none', { pattern: '(' }, 'Invalid regular expression'],
  ])('refuses %s', (_case, document, reason) => {
    expect(() => compileSchema(document)).toThrow(reason);
  });

  it('keeps the versions of one schema apart though they share their ids', () => {
    const version = (type: string): object => ({
      definitions: { value: { id: 'http://acme.example/value', type } },
      properties: { value: { $ref: 'http://acme.example/value' } },
    });
    const text = compileSchema(version('string'));
    const number = compileSchema(version('number'));
    expect(text.violations({ value: 1 })).toHaveLength(1);
    expect(number.violations({ value: 1 })).toHaveLength(0);
  });

  it('reads patterns that are valid for Java only', () => {
    const { violations } = compileSchema({ pattern: String.raw`^[\w\-\@]+$` });
    expect(violations('a-b@c')).toEqual([]);
    expect(violations('a b')).toHaveLength(1);
  });
});
