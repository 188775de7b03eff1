import { igluUri, keyProblem, type SchemaKey } from './schema-key';

const key: SchemaKey = {
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 2,
};

describe('a schema key', () => {
  it('has an Iglu URI', () => {
    expect(igluUri(key)).toBe('iglu:com.acme/click/jsonschema/1-0-2');
  });

  it.each<[string, Partial<SchemaKey>, string | null]>([
    ['an ordinary key', {}, null],
    ['a vendor with a dash', { vendor: 'io.head-water_x' }, null],
    ['a way out of the folder', { vendor: '..' }, 'vendor'],
    ['a path in the vendor', { vendor: 'com.acme/../../etc' }, 'vendor'],
    ['a path in the name', { name: '../../../etc/passwd' }, 'name'],
    ['an encoded path', { name: '%2e%2e' }, 'name'],
    ['a query in the name', { name: 'a?b' }, 'name'],
    ['no vendor', { vendor: '' }, 'vendor'],
    ['an endless name', { name: 'a'.repeat(129) }, 'name'],
    ['a format that is not checked', { format: 'avro' }, 'format'],
    ['a model of zero', { model: 0 }, 'version'],
    ['a negative revision', { revision: -1 }, 'version'],
  ])('%s: %p', (_case, change, problem) => {
    const found = keyProblem({ ...key, ...change });
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });
});
