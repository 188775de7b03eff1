import { TestSandbox } from './sandbox';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start();
});
afterAll(() => sandbox.stop());

const SNOWPLOW = 'iglu:com.snowplowanalytics.snowplow';
const LINK_CLICK = `${SNOWPLOW}/link_click/jsonschema/1-0-1`;
const WEB_PAGE = `${SNOWPLOW}/web_page/jsonschema/1-0-0`;
const link = { schema: LINK_CLICK, data: { targetUrl: 'https://shop.example/' } };
const page = { schema: WEB_PAGE, data: { id: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10' } };
const unstruct = (data: unknown, schema = `${SNOWPLOW}/unstruct_event/jsonschema/1-0-0`): string =>
  JSON.stringify({ schema, data });
const contexts = (data: unknown, schema = `${SNOWPLOW}/contexts/jsonschema/1-0-0`): string =>
  JSON.stringify({ schema, data });
const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('§3 self-describing data', () => {
  it.each<[what: string, event: Readonly<Record<string, string>>]>([
    ['ue_pr', { e: 'ue', ue_pr: unstruct(link) }],
    ['ue_px, URL-safe base64', { e: 'ue', ue_px: base64url(unstruct(link)) }],
    ['ue_px, base64 with padding', { e: 'ue', ue_px: base64(unstruct(link)) }],
    ['co', { co: contexts([page]) }],
    ['co of contexts 1-0-1', { co: contexts([page], `${SNOWPLOW}/contexts/jsonschema/1-0-1`) }],
    ['cx, URL-safe base64', { cx: base64url(contexts([page])) }],
    ['cx, base64 with padding', { cx: base64(contexts([page])) }],
    ['no context in the list', { co: contexts([]) }],
    [
      'text outside of ASCII in base64',
      {
        e: 'ue',
        ue_px: base64url(
          unstruct({ schema: `${SNOWPLOW}/site_search/jsonschema/1-0-0`, data: { terms: ['Käse', '🦆'] } }),
        ),
      },
    ],
  ])('%s is read', async (_what, event) => {
    await sandbox.good(event);
  });

  it.each<[what: string, event: Readonly<Record<string, string>>, field: string, keyword: string | null]>([
    ['no JSON in ue_pr', { e: 'ue', ue_pr: '{' }, 'ue_pr', 'NotJson'],
    ['no base64 in ue_px', { e: 'ue', ue_px: '!!' }, 'ue_px', 'NotJson'],
    ['no JSON in cx', { cx: base64url('{') }, 'cx', 'NotJson'],
    ['no envelope', { e: 'ue', ue_pr: '{}' }, 'ue_pr', 'NotIglu'],
    [
      'another envelope',
      { e: 'ue', ue_pr: unstruct(link, `${SNOWPLOW}/contexts/jsonschema/1-0-0`) },
      'ue_pr',
      'CriterionMismatch',
    ],
    [
      'an envelope of another model',
      { e: 'ue', ue_pr: unstruct(link, `${SNOWPLOW}/unstruct_event/jsonschema/2-0-0`) },
      'ue_pr',
      'CriterionMismatch',
    ],
    [
      'no Iglu URI',
      { e: 'ue', ue_pr: unstruct({ schema: 'https://shop.example', data: {} }) },
      'ue_pr',
      'NotIglu',
    ],
    [
      'a SchemaVer that starts with 0',
      { e: 'ue', ue_pr: unstruct({ schema: `${SNOWPLOW}/link_click/jsonschema/0-0-1`, data: {} }) },
      'ue_pr',
      'NotIglu',
    ],
    ['contexts that are no list', { co: contexts({}) }, 'co', 'NotIglu'],
    ['a context without a schema', { co: contexts([{ data: {} }]) }, 'co', 'NotIglu'],
  ])('%s fails, and says where', async (_what, event, field, keyword) => {
    const { failures } = await sandbox.failed(event);
    expect(failures?.map((failure) => [failure.field, failure.keyword])).toEqual([[field, keyword]]);
  });

  it('e=ue without data fails', async () => {
    expect((await sandbox.failed({ e: 'ue' })).failures?.map(({ field }) => field)).toEqual(['ue_pr']);
  });
});

describe('§3 schemas', () => {
  it.each<[what: string, data: unknown, keyword: string, path: string]>([
    ['a missing property', { schema: LINK_CLICK, data: {} }, 'required', ''],
    [
      'a property too many',
      { schema: LINK_CLICK, data: { ...link.data, extra: 1 } },
      'additionalProperties',
      '',
    ],
    ['a value of another type', { schema: LINK_CLICK, data: { targetUrl: 7 } }, 'type', '/targetUrl'],
    ['an empty value', { schema: LINK_CLICK, data: { targetUrl: '' } }, 'minLength', '/targetUrl'],
  ])('%s fails with the path and the keyword', async (_what, data, keyword, path) => {
    const { failures } = await sandbox.failed({ e: 'ue', ue_pr: unstruct(data) });
    expect(failures?.map((failure) => [failure.type, failure.schema, failure.keyword, failure.path])).toEqual(
      [['schema_violation', LINK_CLICK, keyword, path]],
    );
  });

  it.each([
    ['another vendor', 'iglu:com.acme/link_click/jsonschema/1-0-1'],
    ['another name', `${SNOWPLOW}/link_clack/jsonschema/1-0-1`],
    ['a revision that nobody published', `${SNOWPLOW}/link_click/jsonschema/1-7-0`],
    ['an addition that nobody published', `${SNOWPLOW}/link_click/jsonschema/1-0-99`],
    ['a model that nobody published', `${SNOWPLOW}/link_click/jsonschema/9-0-0`],
  ])('a schema of %s is unknown: a failed event that says who was asked', async (_what, schema) => {
    const { failures } = await sandbox.failed({ e: 'ue', ue_pr: unstruct({ ...link, schema }) });
    expect(failures?.map((failure) => [failure.type, failure.schema])).toEqual([
      ['schema_violation', schema],
    ]);
    expect(failures?.[0]?.message).toContain('Asked:');
  });

  it('every context is held against its own schema, and all that is wrong is reported', async () => {
    const { failures } = await sandbox.failed({
      e: 'ue',
      ue_pr: unstruct({ schema: LINK_CLICK, data: {} }),
      co: contexts([page, { schema: WEB_PAGE, data: { id: 'no uuid' } }, { schema: WEB_PAGE, data: {} }]),
    });
    expect(failures?.map(({ field }) => field)).toEqual(['unstruct_event', 'contexts[1]', 'contexts[2]']);
  });
});
