import { readFileSync } from 'node:fs';
import { ok } from '@headwater/stage';
import { BUILT_AT, corpora } from '@headwater/testing';
import Ajv from 'ajv-draft-04';
import { aDraft, testLookUps } from '../testing/look-ups';
import { cookies } from './cookies';
import { derivedContext } from './derived-context';

const lookUps = testLookUps();
const { pseudonymOf } = lookUps.pseudonyms.at('shop', BUILT_AT);
const sent = { theme: 'dark', visitor: '4711', at: 'from 203.0.113.77', long: 'x'.repeat(9_999) };
const run = (settings: unknown, request: Readonly<Record<string, string>> | null = sent): unknown =>
  cookies.create(settings, lookUps)(aDraft({}, null, { cookies: request }));
const contextOf = (name: string, value: string): unknown =>
  derivedContext('org.ietf', 'http_cookie', { name, value });

it('adds no cookie unless it is named', () => {
  expect(run({})).toEqual(ok({}));
  expect(run({ names: ['other', '__proto__'] })).toEqual(ok({}));
});

it('adds a named cookie as a pseudonym, which is the same as that of the same text elsewhere', () => {
  expect(run({ names: ['visitor'] })).toEqual(
    ok({ derived_contexts: [contextOf('visitor', pseudonymOf('4711'))] }),
  );
});

it('adds a cookie named as plain as it came, addresses masked and no longer than its schema allows', () => {
  expect(run({ names: ['theme'], plain: ['theme', 'at', 'long'] })).toEqual(
    ok({
      derived_contexts: [
        contextOf('theme', 'dark'),
        contextOf('at', 'from [address]'),
        contextOf('long', 'x'.repeat(4_096)),
      ],
    }),
  );
});

it('adds nothing to an event whose request had none', () => {
  expect(run({ plain: ['theme'] }, null)).toEqual(ok({}));
});

it('adds what meets the schema of the context', () => {
  const outcome = run({ names: ['visitor'], plain: ['long'] }) as {
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
