import { gzipSync } from 'node:zlib';
import { anEvent, payloadOf, TestSandbox, TP2 } from './sandbox';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start();
});
afterAll(() => sandbox.stop());

const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
  sandbox.ask({ method: 'POST', path: TP2, headers, body });
const fates = ({ good, bad }: { readonly good: readonly unknown[]; readonly bad: readonly unknown[] }) => [
  good.length,
  bad.length,
];

describe('§3 the body of a POST', () => {
  it.each(['1-0-0', '1-0-1', '1-0-2', '1-0-3', '1-0-4'])('payload_data %s is read', async (version) => {
    const body = payloadOf(anEvent()).replace('1-0-4', version);
    expect(fates(await post(body))).toEqual([1, 0]);
  });

  it.each(['1-0-5', '1-1-0', '2-0-0'])(
    'payload_data %s is none that is known: one failed event',
    async (version) => {
      expect(fates(await post(payloadOf(anEvent()).replace('1-0-4', version)))).toEqual([0, 1]);
    },
  );

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=UTF-8',
    'application/json;charset=utf-8',
  ])('the content type %s is read', async (type) => {
    expect(fates(await post(payloadOf(anEvent()), { 'content-type': type }))).toEqual([1, 0]);
  });

  it.each(['text/html', 'application/xml', 'application/json; charset=latin1', 'application/jsonp'])(
    'the content type %s is a violation of the protocol, answered 200',
    async (type) => {
      const outcome = await post(payloadOf(anEvent()), { 'content-type': type });
      expect([outcome.status, ...fates(outcome)]).toEqual([200, 0, 1]);
      expect(outcome.bad[0]?.failure_type).toBe('tracker_protocol_violation');
    },
  );

  it.each([
    ['no JSON', '{"schema":', 'payload_format_violation'],
    ['a text', '"hello"', 'tracker_protocol_violation'],
    ['a list', '[]', 'tracker_protocol_violation'],
    [
      'no data',
      '{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4"}',
      'tracker_protocol_violation',
    ],
    ['no event', payloadOf(), 'tracker_protocol_violation'],
    ['no schema', '{"data":[]}', 'tracker_protocol_violation'],
    [
      'another schema',
      '{"schema":"iglu:com.acme/x/jsonschema/1-0-0","data":[]}',
      'tracker_protocol_violation',
    ],
  ])('%s is answered 200 and fails as a whole', async (_what, body, type) => {
    const outcome = await post(body);
    expect([outcome.status, outcome.body, ...fates(outcome)]).toEqual([200, 'ok', 0, 1]);
    expect(outcome.bad[0]?.failure_type).toBe(type);
  });

  it.each([
    ['null', null],
    ['a number', 1],
    ['a text', 'x'],
    ['a list', []],
  ])('an event that is %s fails, and leaves those beside it alone', async (_what, event) => {
    expect(fates(await post(payloadOf(anEvent(), event as unknown as object, anEvent())))).toEqual([2, 1]);
  });

  it('§Must 5: of five events with one bad one, four are good', async () => {
    const events = [0, 1, 2, 3, 4].map((index) => anEvent(index === 2 ? { res: 'wide' } : {}));
    expect(fates(await post(payloadOf(...events)))).toEqual([4, 1]);
  });

  it('an event that is nested too deeply fails alone', async () => {
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    const co = `{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.acme/a/jsonschema/1-0-0","data":${deep}}]}`;
    expect(fates(await post(payloadOf(anEvent(), anEvent({ co }), anEvent())))).toEqual([2, 1]);
  });

  it('gzip is read', async () => {
    expect(fates(await post(gzipSync(payloadOf(anEvent())), { 'content-encoding': 'gzip' }))).toEqual([1, 0]);
  });

  it('a gzip bomb is answered 200 and is one failed event', async () => {
    const outcome = await post(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' });
    expect([outcome.status, ...fates(outcome)]).toEqual([200, 0, 1]);
  });

  it('text that calls itself gzip is answered 200 and is one failed event', async () => {
    const outcome = await post('no gzip', { 'content-encoding': 'gzip' });
    expect([outcome.status, ...fates(outcome)]).toEqual([200, 0, 1]);
  });

  it('§Must 6: 1.02 MB of small events is split, and none is lost', async () => {
    const events = Array.from({ length: 1_020 }, () => anEvent({ page: 'x'.repeat(870) }));
    const outcome = await post(payloadOf(...events));
    expect([outcome.status, ...fates(outcome)]).toEqual([200, 1_020, 0]);
  });

  it('§1: of small events and one that no record holds, only that one is a size violation', async () => {
    const outcome = await post(payloadOf(anEvent(), anEvent({ page: 'x'.repeat(1_900_000) }), anEvent()));
    expect([outcome.status, ...fates(outcome)]).toEqual([200, 2, 1]);
    expect(outcome.bad[0]?.failure_type).toBe('size_violation');
  });
});

describe('§3 the query string', () => {
  it('§Must 4: overrides the body of every event', async () => {
    const { good } = await sandbox.ask({
      method: 'POST',
      path: TP2,
      query: { aid: 'from-query', p: 'mob' },
      body: payloadOf(anEvent({ aid: 'from-body' }), anEvent({})),
    });
    expect(good.map((event) => [event['app_id'], event['platform']])).toEqual([
      ['from-query', 'mob'],
      ['from-query', 'mob'],
    ]);
  });

  it.each(['/i', '/ice.png', TP2, '/com.snowplowanalytics.snowplow/tp1'])(
    'is an event at GET %s',
    async (path) => {
      const { good } = await sandbox.ask({
        method: 'GET',
        path,
        query: { e: 'pv', p: 'web', tv: 't', page: 'A b' },
      });
      expect(good.map((event) => event['page_title'])).toEqual(['A b']);
    },
  );

  it('of a POST without a body is an event', async () => {
    const outcome = await sandbox.ask({ method: 'POST', path: TP2, query: { e: 'pv', p: 'web', tv: 't' } });
    expect(fates(outcome)).toEqual([1, 0]);
  });

  it('empty, with an empty body, is one failed event', async () => {
    const outcome = await sandbox.ask({ method: 'POST', path: TP2 });
    expect([outcome.status, ...fates(outcome)]).toEqual([200, 0, 1]);
  });

  it('with broken escapes is still read', async () => {
    const outcome = await sandbox.ask({ method: 'GET', path: '/i?e=pv&p=web&tv=t&page=100%25%zz' });
    expect(fates(outcome)).toEqual([1, 0]);
  });
});

describe('§1 paths of other vendors', () => {
  it('events at an unknown path can be replayed: one failed event each', async () => {
    const outcome = await sandbox.ask({
      method: 'POST',
      path: '/com.snowplowanalytics.snowplow/tp3',
      body: payloadOf(anEvent(), anEvent()),
    });
    expect([outcome.status, ...fates(outcome)]).toEqual([200, 0, 2]);
    expect(outcome.bad.map(({ failure_type, replayable }) => [failure_type, replayable])).toEqual([
      ['adapter_failure', true],
      ['adapter_failure', true],
    ]);
  });

  it.each(['/wp-admin/setup.php', '/.git/config', '/cgi-bin/luci', '/vendor/phpunit'])(
    'a scan of %s is its own class of failure',
    async (path) => {
      const outcome = await sandbox.ask({ method: 'POST', path });
      expect(outcome.bad.map(({ failure_type }) => failure_type)).toEqual(['path_scan']);
    },
  );

  it('the webhook takes self-describing JSON', async () => {
    const outcome = await sandbox.ask({
      method: 'POST',
      path: '/com.snowplowanalytics.iglu/v1',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        schema: 'iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0',
        data: { terms: ['tea'] },
      }),
    });
    expect(fates(outcome)).toEqual([1, 0]);
    expect(outcome.good[0]).toMatchObject({ event: 'unstruct', event_name: 'site_search' });
  });

  it('the webhook takes the parameters of a GET as data', async () => {
    const outcome = await sandbox.ask({
      method: 'GET',
      path: '/com.snowplowanalytics.iglu/v1',
      query: {
        schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
        targetUrl: 'https://shop.example/',
        aid: 'hooks',
        p: 'app',
      },
    });
    expect(fates(outcome)).toEqual([1, 0]);
    expect(outcome.good[0]).toMatchObject({ event_name: 'link_click', app_id: 'hooks', platform: 'app' });
  });
});
