import { markedPathsIn, markedPathsOf } from './marked-paths';

const identifying = { 'headwater:identifying': true };
const pointersOf = (schema: unknown): readonly string[] =>
  markedPathsOf(schema).map(({ pointer }) => pointer);
const version = (text: string): { model: number; revision: number; addition: number } => {
  const [model = 0, revision = 0, addition = 0] = text.split('-').map(Number);
  return { model, revision, addition };
};

describe('markedPathsOf', () => {
  it.each([
    ['a property', { properties: { user_id: identifying, other: {} } }, ['/user_id']],
    ['a nested one', { properties: { user: { properties: { mail: identifying } } } }, ['/user/mail']],
    ['the elements of a list', { properties: { ids: { items: identifying } } }, ['/ids/*']],
    ['elements by position', { items: [{}, identifying] }, ['/*']],
    ['properties of elements', { items: { properties: { value: identifying } } }, ['/*/value']],
    ['additional properties', { additionalProperties: identifying }, ['/*']],
    ['properties by pattern', { patternProperties: { '^id_': identifying } }, ['/*']],
    [
      'alternatives, once',
      { anyOf: [{ properties: { a: identifying } }, { properties: { a: identifying } }] },
      ['/a'],
    ],
    ['the whole', identifying, ['']],
    ['names that a pointer must escape', { properties: { 'a/b~c': identifying } }, ['/a~1b~0c']],
    ['nothing where the mark is not true', { properties: { a: { 'headwater:identifying': 'true' } } }, []],
    ['nothing in what is no schema', 'x', []],
  ])('finds %s', (_case, schema, pointers) => {
    expect(pointersOf(schema)).toEqual(pointers);
  });

  it('tells identifiers and URLs apart', () => {
    expect(markedPathsOf({ properties: { id: identifying, link: { 'headwater:url': true } } })).toEqual([
      { pointer: '/id', treatment: 'identifying' },
      { pointer: '/link', treatment: 'url' },
    ]);
  });

  it('ends with a schema that contains itself', () => {
    const schema: { properties: Record<string, unknown> } = { properties: { a: identifying } };
    schema.properties['self'] = schema;
    expect(pointersOf(schema)).toContain('/a');
  });
});

describe('markedPathsIn', () => {
  const schemaOf = (text: string, name: string): unknown => ({
    self: { vendor: 'com.acme', name: 'account', format: 'jsonschema', version: text },
    properties: { [name]: identifying },
  });
  const find = markedPathsIn([schemaOf('1-0-0', 'a'), schemaOf('1-0-1', 'b'), { self: 'broken' }, null]);
  const pathsOf = (name: string, text: string): readonly string[] =>
    find({ vendor: 'com.acme', name, format: 'jsonschema', ...version(text) }).map(({ pointer }) => pointer);

  it('gives the marks of the version', () => {
    expect(pathsOf('account', '1-0-1')).toEqual(['/b']);
  });

  it('gives the marks of all versions for one that it does not know', () => {
    expect(pathsOf('account', '1-0-2')).toEqual(['/a', '/b']);
  });

  it('gives none for a schema that it does not know', () => {
    expect(pathsOf('other', '1-0-0')).toEqual([]);
  });

  it('gives the same list for the same schema, so that what is made of it can be kept', () => {
    const key = { vendor: 'com.acme', name: 'account', format: 'jsonschema', ...version('1-0-0') };
    expect(find(key)).toBe(find({ ...key }));
  });
});
