import { readFileSync } from 'node:fs';
import { corpora } from '@headwater/testing';
import Ajv from 'ajv-draft-04';
import { aDraft, testLookUps } from '../testing/look-ups';
import { userAgent } from './user-agent';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

it.each([firefox, safari, chrome, 'curl/8.5.0', ''])(
  'adds a ua_parser_context that meets its schema: %s',
  (useragent) => {
    const outcome = userAgent.create({}, testLookUps())(aDraft({ useragent })) as {
      value: { derived_contexts: readonly { data: string }[] };
    };
    const [context] = outcome.value.derived_contexts;
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
