import { readFileSync } from 'node:fs';
import { ok } from '@headwater/stage';
import Ajv from 'ajv-draft-04';
import { corpora } from '@headwater/testing';
import { aDraft, testLookUps } from '../testing/look-ups';
import { LONGEST_USER_AGENT, userAgent } from './user-agent';

const enrich = userAgent.create({}, testLookUps());
const patchOf = (useragent: string | null): Readonly<Record<string, unknown>> => {
  const outcome = enrich(aDraft({ useragent }));
  if (outcome.kind !== 'ok') throw new Error('A user agent is never at fault.');
  return outcome.value;
};

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

it.each([
  [
    'Firefox on Linux',
    firefox,
    {
      br_name: 'Firefox 140',
      br_family: 'Firefox',
      br_version: '140.0',
      br_type: 'Browser',
      br_renderengine: 'Gecko',
      os_name: 'Linux',
      os_family: 'Linux',
      os_manufacturer: null,
      dvce_type: 'desktop',
      dvce_ismobile: false,
    },
  ],
  [
    'Safari on a telephone',
    safari,
    {
      br_name: 'Mobile Safari 17',
      br_family: 'Mobile Safari',
      br_type: 'Mobile Browser',
      os_name: 'iOS 17.5',
      os_family: 'iOS',
      os_manufacturer: 'Apple',
      dvce_type: 'mobile',
      dvce_ismobile: true,
    },
  ],
  [
    'Chrome on Windows',
    chrome,
    {
      br_family: 'Chrome',
      br_renderengine: 'Blink',
      os_name: 'Windows 10',
      os_manufacturer: 'Microsoft',
      dvce_ismobile: false,
    },
  ],
  [
    'a program',
    'curl/8.5.0',
    { br_name: null, br_family: null, br_type: null, os_family: null, dvce_type: null, dvce_ismobile: null },
  ],
])('reads %s', (_case, useragent, expected) => {
  expect(patchOf(useragent)).toMatchObject(expected);
});

it('adds nothing to an event without a user agent', () => {
  expect(enrich(aDraft({ useragent: null }))).toEqual(ok({}));
});

it('reads a user agent again as it read it first', () => {
  const small = userAgent.create({ remembered: 1 }, testLookUps());
  const first = small(aDraft({ useragent: firefox }));
  small(aDraft({ useragent: chrome }));
  small(aDraft({ useragent: safari }));
  expect(small(aDraft({ useragent: firefox }))).toEqual(first);
});

it('looks no further than the bound, however long a user agent is', () => {
  expect(patchOf(`${'x'.repeat(LONGEST_USER_AGENT)} Firefox/140.0`)).toMatchObject({ br_family: null });
});

it.each([firefox, safari, chrome, 'curl/8.5.0', ''])(
  'adds a ua_parser_context that meets its schema: %s',
  (useragent) => {
    const [context] = patchOf(useragent)['derived_contexts'] as readonly { data: string }[];
    expect(context).toMatchObject({
      vendor: 'com.snowplowanalytics.snowplow',
      name: 'ua_parser_context',
      model: 1,
      revision: 0,
      addition: 0,
    });
    const address = 'com.snowplowanalytics.snowplow/ua_parser_context/jsonschema/1-0-0';
    const schema = JSON.parse(readFileSync(corpora('iglu-central', 'schemas', address), 'utf8')) as Readonly<
      Record<string, unknown>
    >;
    // The validator knows the self-describing meta-schema under draft 4's name only.
    const ajv = new Ajv({ strict: false });
    const isValid = ajv.compile({
      type: 'object',
      ...schema,
      $schema: 'http://json-schema.org/draft-04/schema#',
    });
    expect([isValid(JSON.parse(context?.data ?? '')), isValid.errors]).toEqual([true, null]);
  },
);

/**
 * How far this parser agrees with uap-core on its (mostly rare) test cases, names compared letter by letter. The
 * figures are what is, not what should be: an update of the parser that changes one is looked at, and written down.
 */
it.each([
  ['test_ua.json', 'br_family', 55, 437],
  ['test_os.json', 'os_family', 91, 145],
] as const)('agrees with uap-core in %s for %s in %d of %d cases', (file, field, agreed, all) => {
  const cases = JSON.parse(readFileSync(corpora('uap-core', file), 'utf8')) as readonly {
    readonly user_agent_string: string;
    readonly family: string;
  }[];
  const same = cases.filter(
    ({ user_agent_string, family }) => (patchOf(user_agent_string)[field] ?? 'Other') === family,
  );
  expect([same.length, cases.length]).toEqual([agreed, all]);
});
