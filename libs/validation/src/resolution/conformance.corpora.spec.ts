import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpora } from '@headwater/testing';
import { compileSchema } from './compile';

/** The JSON Schema test suite, draft 4: https://github.com/json-schema-org/JSON-Schema-Test-Suite. */
const suite = corpora('json-schema-test-suite', 'tests', 'draft4');

interface Group {
  readonly description: string;
  readonly schema: object;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/** What we answer otherwise than the suite, and why: `file | group | test`, or the start of it. */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  'references to other documents are not followed, on purpose': ['refRemote.json | '],
  'JSON.parse does not tell 1.0 from 1': ['optional/zeroTerminatedFloats.json | '],
  'ajv-formats is more lenient than RFC 3986': [
    'optional/format/uri.json | validation of URIs | non-numeric port is invalid',
    'optional/format/uri.json | validation of URIs | leading zero in an embedded IPv4 address is invalid',
    'optional/format/uri.json | validation of URIs | square brackets are not allowed in a path segment',
  ],
};

const cases = ['', 'optional', 'optional/format'].flatMap((folder) =>
  readdirSync(join(suite, folder))
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => casesIn(folder === '' ? name : `${folder}/${name}`)),
);
const isException = (name: string): boolean =>
  Object.values(exceptions)
    .flat()
    .some((start) => name.startsWith(start));

describe('JSON Schema draft 4', () => {
  it.each(cases.filter(({ name }) => !isException(name)))('$name', ({ schema, data, valid }) => {
    expect(isValid(schema, data)).toBe(valid);
  });

  it.each(Object.entries(exceptions))('answers otherwise only because %s', (_reason, starts) => {
    for (const start of starts) {
      const excepted = cases.filter(({ name }) => name.startsWith(start));
      expect(excepted.filter(({ schema, data, valid }) => isValid(schema, data) !== valid)).not.toHaveLength(
        0,
      );
    }
  });

  it('is read from the whole suite', () => {
    expect(cases.filter(({ name }) => !name.startsWith('optional/')).length).toBeGreaterThan(600);
  });
});

function casesIn(file: string) {
  const groups = JSON.parse(readFileSync(join(suite, file), 'utf8')) as readonly Group[];
  return groups.flatMap(({ description, schema, tests }) =>
    tests.map((test) => ({
      name: `${file} | ${description} | ${test.description}`,
      schema,
      data: test.data,
      valid: test.valid,
    })),
  );
}

/** Null when the schema itself is refused. */
function isValid(schema: object, data: unknown): boolean | null {
  try {
    return compileSchema(schema).violations(data).length === 0;
  } catch {
    return null;
  }
}
