import { readFileSync } from 'node:fs';
import { corpora } from '@headwater/testing';
import Ajv from 'ajv-draft-04';
import { aDraft, testLookUps } from '../testing/look-ups';
import { cookies } from './cookies';

it('adds what meets the schema of the context', () => {
  const settings = { names: ['visitor'], plain: ['long'] };
  const sent = { visitor: '4711', long: 'x'.repeat(9_999) };
  const outcome = cookies.create(settings, testLookUps())(aDraft({}, null, { cookies: sent })) as {
    value: { derived_contexts: readonly { data: string }[] };
  };
  const file = corpora('iglu-central', 'schemas', 'org.ietf/http_cookie/jsonschema/1-0-0');
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>;
  const isValid = new Ajv({ strict: false }).compile({
    ...schema,
    $schema: 'http://json-schema.org/draft-04/schema#',
  });
  expect(outcome.value.derived_contexts.map(({ data }) => isValid(JSON.parse(data)))).toEqual([true, true]);
});
