import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLinkClick, buildPageView, newTracker } from '@snowplow/node-tracker';
import { TestSandbox, type Item, type Reply } from './sandbox.fixture';

const id = (number: number): string => `3f1f2a1c-7d0b-4c52-9b5e-${String(number).padStart(12, '0')}`;
const WEB_PAGE = 'iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0';
const withWebPage = JSON.stringify({
  schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
  data: [{ schema: WEB_PAGE, data: { id: id(1) } }],
});
const link = (data: object): string =>
  JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: { schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1', data },
  });

describe('the sandbox', () => {
  let sandbox: TestSandbox;
  beforeAll(async () => {
    sandbox = await TestSandbox.start();
  });
  beforeEach(() => sandbox.ask('/micro/reset', { method: 'POST' }));
  afterAll(() => sandbox.stop());

  it('says where it listens and what to do next', () => {
    expect(sandbox.said).toContain(`http://localhost:${String(sandbox.port)}`);
    expect(sandbox.said).toMatch(/tracker[\s\S]*curl[\s\S]*wait=5s[\s\S]*IGLU__FOLDERS[\s\S]*Ctrl-C/);
  });

  it('counts good and bad events, and forgets them when told', async () => {
    await sandbox.send([{ eid: id(1) }, { eid: id(2) }, { p: 'toaster' }]);
    expect((await sandbox.ask('/micro/all')).text).toBe('{"total":3,"good":2,"bad":1}');
    expect((await sandbox.ask('/micro/reset')).text).toBe('{"total":0,"good":0,"bad":0}');
    expect(await sandbox.json('/micro/good')).toEqual([]);
    expect(await sandbox.json('/micro/bad')).toEqual([]);
  });

  it.each<[string, Record<string, string>]>([
    ['DNT', { dnt: '1' }],
    ['Sec-GPC', { 'sec-gpc': '1' }],
  ])('counts what a visitor refuses by %s', async (_case, headers) => {
    await sandbox.ask('/micro/reset');
    expect((await sandbox.send([{ eid: id(1) }], headers)).status).toBe(200);
    const { text, headers: answered } = await sandbox.ask('/micro/all');
    expect([text, answered['x-headwater-dropped']]).toEqual(['{"total":0,"good":0,"bad":0}', '1']);
    expect((await sandbox.ask('/')).text).toContain('1 dropped on purpose');
  });

  it('gives a good event as it was sent and as it became', async () => {
    await sandbox.send([
      {
        e: 'ue',
        ue_pr: link({ targetUrl: 'https://a.example/' }),
        eid: id(7),
        aid: 'shop',
        uid: 'me',
        co: withWebPage,
      },
    ]);
    const [item] = await sandbox.json('/micro/good');
    expect(item).toMatchObject({
      rawEvent: {
        api: { vendor: 'com.snowplowanalytics.snowplow', version: 'tp2' },
        parameters: { e: 'ue', uid: 'me', aid: 'shop', co: withWebPage },
        contentType: 'application/json; charset=utf-8',
      },
      eventType: 'unstruct',
      schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1',
      contexts: [WEB_PAGE],
      event: {
        app_id: 'shop',
        event_id: id(7),
        collector_tstamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        unstruct_event: { data: { data: { targetUrl: 'https://a.example/' } } },
        contexts: { data: [{ schema: WEB_PAGE, data: { id: id(1) } }] },
      },
    });
    expect(item?.event['user_id']).not.toBe('me');
  });

  it('gives a bad event with every reason', async () => {
    await sandbox.send([{ e: 'ue', ue_pr: link({ targetUrl: 7 }), eid: id(8), p: 'toaster' }]);
    const [item] = await sandbox.json('/micro/bad');
    expect(item?.collectorPayload?.body).toContain('payload_data');
    expect(item?.rawEvent?.parameters['p']).toBe('toaster');
    expect(item?.errors.join()).toContain('web, mob');
  });

  it.each<[string, string, { method?: string; headers?: Record<string, string>; body?: string }]>([
    [
      'no JSON',
      '/com.snowplowanalytics.snowplow/tp2',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' },
    ],
    ['an unknown vendor', '/com.acme/v1', { method: 'POST', body: 'x' }],
    ['no parameter', '/i', {}],
    [
      'a body that is too large',
      '/com.snowplowanalytics.snowplow/tp2',
      { method: 'POST', body: 'x'.repeat(1_500_000) },
    ],
  ])('has a bad event for %s, and trackers are answered 200', async (_case, path, asked) => {
    expect((await sandbox.ask(path, asked)).status).toBe(200);
    expect(await sandbox.json('/micro/all')).toEqual({ total: 1, good: 0, bad: 1 });
    expect((await sandbox.json('/micro/bad'))[0]?.errors).toHaveLength(1);
  });

  it('keeps a large body of many bad events once, not for each of them', async () => {
    const many = Array.from({ length: 2_000 }, () => ({ p: 'toaster', page: 'x'.repeat(300) }));
    await sandbox.send(many);
    const items = await sandbox.json('/micro/bad');
    expect(items).toHaveLength(2_000);
    const shown = items.reduce((sum, { collectorPayload }) => sum + (collectorPayload?.body?.length ?? 0), 0);
    expect(shown).toBeLessThan(300_000);
    expect(items[0]?.collectorPayload?.body).toMatch(/^\{"schema".*…$/);
  });

  it('takes none of its own paths for an event', async () => {
    for (const path of [
      '/micro/all',
      '/micro/good',
      '/micro/bad',
      '/micro/ui',
      '/micro/nothing',
      '/micro',
      '/',
    ])
      await sandbox.ask(path);
    await sandbox.ask('/micro/good', { method: 'POST', body: '{}' });
    expect(await sandbox.json('/micro/all')).toEqual({ total: 0, good: 0, bad: 0 });
  });

  describe('with a few events', () => {
    beforeEach(async () => {
      await sandbox.send([
        { eid: id(1), aid: 'shop', co: withWebPage },
        { eid: id(2), aid: 'blog', e: 'se', se_ca: 'cart', se_ac: 'add' },
        {
          eid: id(3),
          aid: 'shop',
          e: 'ue',
          ue_pr: link({ targetUrl: 'https://a.example/' }),
          co: withWebPage,
        },
        { eid: id(4), aid: 'shop', p: 'toaster' },
        { eid: id(5), aid: 'blog', e: 'ue', ue_pr: link({ targetUrl: 7 }) },
      ]);
      await sandbox.ask('/i?e=pv&tv=test&aid=blog');
    });

    const idsOf = (items: readonly Item[]) =>
      items.map(({ event }) => Number(String(event['event_id']).slice(-2)));

    it.each<[string, object, readonly number[]]>([
      ['nothing', {}, [3, 2, 1]],
      ['nulls', { event_type: null, schema: null, contexts: null, limit: null }, [3, 2, 1]],
      ['the kind', { event_type: 'page_view' }, [1]],
      ['the schema', { schema: 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1' }, [3]],
      ['a context', { contexts: [WEB_PAGE] }, [3, 1]],
      ['a context that none has', { contexts: [WEB_PAGE, 'iglu:a/b/jsonschema/1-0-0'] }, []],
      ['a limit', { limit: 2 }, [3, 2]],
      ['no event', { limit: 0 }, []],
      ['the id', { event_id: id(2) }, [2]],
      ['the app', { app_id: 'shop' }, [3, 1]],
      ['several things', { app_id: 'shop', event_type: 'unstruct', contexts: [WEB_PAGE], limit: 5 }, [3]],
    ])('finds good ones by %s, asked by POST and by GET', async (_case, filters, expected) => {
      expect(idsOf(await sandbox.json('/micro/good', filters))).toEqual(expected);
      const query = new URLSearchParams(
        Object.entries(filters).map(([name, value]) => [name, value === null ? '' : String(value)]),
      );
      expect(idsOf(await sandbox.json(`/micro/good?${query.toString()}`))).toEqual(expected);
    });

    it.each<[string, object, number]>([
      ['nothing', {}, 3],
      ['the vendor', { vendor: 'com.snowplowanalytics.snowplow' }, 3],
      ['the version', { vendor: 'com.snowplowanalytics.snowplow', version: 'tp2' }, 2],
      ['another version', { version: 'tp9' }, 0],
      ['a limit', { limit: 1 }, 1],
      ['the id', { event_id: id(4) }, 1],
      ['the app', { app_id: 'blog' }, 2],
      ['the kind of failure', { failure_type: 'schema_violation' }, 1],
    ])('finds bad ones by %s', async (_case, filters, expected) => {
      expect(await sandbox.json('/micro/bad', filters)).toHaveLength(expected);
    });

    it.each([
      ['/micro/good', '{"event-type":"x"}', 'There is no filter "event-type" for good events. Use'],
      ['/micro/bad', '{"event_type":"x"}', 'There is no filter "event_type" for bad events'],
      ['/micro/good', '[1]', 'not a JSON object'],
      ['/micro/good', '{', 'not a JSON object'],
      ['/micro/good', '{"limit":-1}', '"limit" is not a number'],
      ['/micro/good', '{"contexts":7}', 'not a list of Iglu URIs'],
      ['/micro/good', '{"schema":7}', 'not a text'],
      ['/micro/good', '{"wait":"soon"}', '"wait" is not a time such as 5s'],
      ['/micro/good', `{"schema":"${'x'.repeat(70_000)}"}`, 'longer than 65536 bytes'],
    ])('says at %s what is wrong with %s', async (path, body, message) => {
      const reply = await sandbox.ask(path, { method: 'POST', body });
      expect([reply.status, (JSON.parse(reply.text) as { message: string }).message]).toEqual([
        400,
        expect.stringContaining(message),
      ]);
    });
  });

  describe('for a test that waits', () => {
    it('answers as soon as the event is there', async () => {
      const waiting = sandbox.json(`/micro/good?event_id=${id(9)}&wait=10s`);
      await sandbox.send([{ eid: id(8) }]);
      await sandbox.send([{ eid: id(9) }]);
      expect(await waiting).toHaveLength(1);
    });

    it('answers when there are as many as asked for', async () => {
      const waiting = sandbox.json('/micro/bad?count=2&wait=10s');
      await sandbox.send([{ p: 'one' }]);
      await sandbox.send([{ p: 'two' }]);
      expect(await waiting).toHaveLength(2);
    });

    it('answers with what there is when the time is over, and says so', async () => {
      await sandbox.send([{ eid: id(1) }]);
      const reply = await sandbox.ask('/micro/good?count=2&wait=50ms');
      expect(JSON.parse(reply.text)).toHaveLength(1);
      expect(reply.headers['x-headwater-timed-out']).toBe('true');
    });
  });

  describe('with several tests at once', () => {
    const idsBy = async (testId: string): Promise<readonly unknown[]> =>
      (await sandbox.json(`/micro/good?test_id=${testId}`)).map(({ event }) => event['event_id']);

    it('keeps their events apart by header, whatever is under way at the same time', async () => {
      const sends = Array.from({ length: 40 }, (_, number) =>
        sandbox.send([{ eid: id(number) }], { 'X-Test-Id': `test-${String(number % 4)}` }),
      );
      await Promise.all(sends);
      for (const test of [0, 1, 2, 3]) {
        const expected = Array.from({ length: 10 }, (_, nth) => id(4 * nth + test));
        expect([...(await idsBy(`test-${String(test)}`))].sort()).toEqual(expected);
      }
    });

    it('keeps them apart by parameter, which is not taken for one of the event', async () => {
      await sandbox.ask(`/i?e=pv&p=web&tv=test&eid=${id(1)}&test_id=one%20two`);
      await sandbox.ask(`/i?test_id=other&e=pv&p=web&tv=test&eid=${id(2)}`);
      expect(await idsBy('one%20two')).toEqual([id(1)]);
      expect(await idsBy('other')).toEqual([id(2)]);
      expect(await sandbox.json('/micro/all')).toEqual({ total: 2, good: 2, bad: 0 });
    });

    it('keeps bad ones apart too', async () => {
      await sandbox.send([{ p: 'toaster' }], { 'X-Test-Id': 'bad one' });
      await sandbox.ask('/com.snowplowanalytics.snowplow/tp2', {
        method: 'POST',
        headers: { 'X-Test-Id': 'bad one' },
        body: 'x'.repeat(1_500_000),
      });
      expect(await sandbox.json('/micro/bad', { test_id: 'bad one' })).toHaveLength(2);
    });

    it('lets a browser send the header', async () => {
      const { headers } = await sandbox.ask('/com.snowplowanalytics.snowplow/tp2', {
        method: 'OPTIONS',
        headers: { Origin: 'http://localhost:8000', 'Access-Control-Request-Headers': 'x-test-id' },
      });
      expect(headers['access-control-allow-headers']).toContain('X-Test-Id');
    });
  });

  it('answers test runners on other origins', async () => {
    const preflight = await sandbox.ask('/micro/good', {
      method: 'OPTIONS',
      headers: { Origin: 'http://localhost:8000', 'Access-Control-Request-Method': 'POST' },
    });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([200, '*']);
    expect((await sandbox.ask('/micro/all')).headers['access-control-allow-origin']).toBe('*');
  });

  it.each([
    ['/micro/iglu/com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0', 200, 'web_page'],
    ['/micro/iglu/com.acme/none/jsonschema/1-0-0', 404, 'Nobody has this schema. Asked: folder'],
    ['/micro/iglu/com.acme/none/jsonschema/1-0', 404, 'Name a schema as'],
    ['/micro/iglu/..%2f..%2fetc/passwd/jsonschema/1-0-0', 404, 'Name a schema as'],
    ['/micro/other', 404, 'There are /micro/all'],
  ])('answers %s with %d', async (path, status, text) => {
    const reply = await sandbox.ask(path);
    expect([reply.status, reply.text]).toEqual([status, expect.stringContaining(text)]);
  });

  it('refuses a method that there is none for', async () => {
    const reply = await sandbox.ask('/micro/all', { method: 'DELETE' });
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
  });

  it('refuses bad events with their reasons when strict mode is asked for, and keeps nothing of them', async () => {
    const reply = await sandbox.send([{ eid: id(1) }, { p: 'toaster' }], { 'X-Headwater-Strict': '1' });
    expect(reply.status).toBe(422);
    expect(JSON.parse(reply.text)).toMatchObject({ accepted: false, problems: [{ index: 1, field: 'p' }] });
    expect(await sandbox.json('/micro/all')).toEqual({ total: 0, good: 0, bad: 0 });
  });

  it('is well as soon as it answers', async () => {
    expect((await sandbox.ask('/health/ready')).status).toBe(200);
  });

  it('takes the events of a real tracker', async () => {
    const tracker = newTracker(
      { namespace: 'sp', appId: 'shop', encodeBase64: true },
      {
        endpoint: '127.0.0.1',
        protocol: 'http',
        port: sandbox.port,
        bufferSize: 1,
        eventMethod: 'post',
        customHeaders: { 'X-Test-Id': 'node' },
      },
    );
    tracker.track(buildPageView({ pageUrl: 'https://shop.example/' }), [
      { schema: WEB_PAGE, data: { id: id(1) } },
    ]);
    tracker.track(buildLinkClick({ targetUrl: 'https://a.example/' }));
    const items = await sandbox.json('/micro/good?count=2&wait=10s');
    expect(items.map(({ eventType }) => eventType).sort()).toEqual(['page_view', 'unstruct']);
    expect((await sandbox.json('/micro/good?test_id=node')).length).toBe(2);
    expect(await sandbox.json('/micro/all')).toEqual({ total: 2, good: 2, bad: 0 });
  });

  describe('its page', () => {
    const hostile = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</pre></details><svg onload=alert(1)>',
      '<!--',
      '${alert(1)}',
      '\u202etxt.exe',
      '\u0000\u001b[31m',
      'javascript:alert(1)',
      '&lt;b&gt;',
    ];

    it.each(['/', '/micro/ui', '/micro/ui/rows'])('%s shows what came, and why it is bad', async (path) => {
      await sandbox.send([{ eid: id(1), aid: 'shop' }, { p: 'toaster' }]);
      const { text, headers } = await sandbox.ask(path);
      expect(headers['content-type']).toBe('text/html; charset=UTF-8');
      expect(text).toMatch(/<strong>1<\/strong>\s*good/);
      expect(text).toContain('page_view');
      expect(text).toContain('web, mob');
    });

    it('lets nothing run but its own script', async () => {
      const { headers } = await sandbox.ask('/');
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect((await sandbox.ask('/micro/ui/script.js')).headers['content-type']).toContain('javascript');
      expect((await sandbox.ask('/micro/ui/styles.css')).headers['content-type']).toContain('css');
    });

    it.each(hostile)('shows %j as text', async (text) => {
      await sandbox.send([{ aid: text.slice(0, 200), page: text, eid: id(1), se_ca: text }, { p: text }], {
        'X-Test-Id': encodeURIComponent(text),
      });
      await sandbox.ask(
        `/i?e=pv&p=${encodeURIComponent(text)}&aid=${encodeURIComponent(text)}&test_id=${encodeURIComponent(text)}`,
      );
      const page = (await sandbox.ask('/')).text;
      const tags = new Set(
        [...page.matchAll(/<\/?([a-z!][a-z0-9-]*)/gi)].map(([, tag]) => tag?.toLowerCase()),
      );
      const own = [
        '!doctype',
        'html',
        'head',
        'meta',
        'title',
        'link',
        'script',
        'body',
        'header',
        'h1',
        'p',
        'label',
        'input',
        'button',
        'main',
        'strong',
        'ol',
        'li',
        'details',
        'summary',
        'span',
        'time',
        'ul',
        'pre',
        'footer',
        'a',
        'small',
        'code',
      ];
      expect([...tags].filter((tag) => !own.includes(tag ?? ''))).toEqual([]);
      expect(page.match(/<script/g)).toHaveLength(1);
      expect(page).not.toMatch(/<[^>]*\son[a-z]+\s*=/i);
      for (const sign of ['\u0000', '\u001b', '\u202e']) expect(page).not.toContain(sign);
    });

    it('tells a reader how to send an event to where it is, and takes no name of a host for markup', async () => {
      expect((await sandbox.ask('/', { headers: { Host: 'sandbox.lan:9090' } })).text).toContain(
        'http://sandbox.lan:9090/i?e=pv',
      );
      const { text } = await sandbox.ask('/', { headers: { Host: '"><script>alert(1)</script>' } });
      expect(text.match(/<script/g)).toHaveLength(1);
    });

    it('works on a phone, in the dark and with a keyboard', async () => {
      const page = (await sandbox.ask('/')).text;
      expect(page).toMatch(/name="viewport" content="width=device-width/);
      expect(page).toContain('lang="en"');
      expect(page).toMatch(/<label for="filter">/);
      expect((await sandbox.ask('/micro/ui/styles.css')).text).toContain('color-scheme: light dark');
    });
  });
});

describe('a sandbox with a file', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    file = join(folder, 'events.ndjson');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const used = async <T>(
    env: Record<string, string>,
    use: (sandbox: TestSandbox) => Promise<T>,
  ): Promise<T> => {
    const sandbox = await TestSandbox.start({ SANDBOX__FILE: file, ...env });
    try {
      return await use(sandbox);
    } finally {
      await sandbox.stop();
    }
  };
  const all = (sandbox: TestSandbox) => sandbox.json<object>('/micro/all');

  it('has its events again after a restart', async () => {
    await used({}, (sandbox) => sandbox.send([{ eid: id(1) }, { p: 'toaster' }], { 'X-Test-Id': 'one' }));
    await used({}, async (sandbox) => {
      expect(await all(sandbox)).toEqual({ total: 2, good: 1, bad: 1 });
      expect(await sandbox.json('/micro/good?test_id=one')).toMatchObject([{ event: { event_id: id(1) } }]);
    });
  });

  it('has an event in the file when it is answered', async () => {
    await used({}, async (sandbox) => {
      await sandbox.send([{ eid: id(1) }]);
      expect(readFileSync(file, 'utf8')).toContain(id(1));
      await sandbox.ask('/micro/reset');
      expect(readFileSync(file, 'utf8')).toBe('');
    });
  });

  it('starts with what is whole of a file that was cut off, and keeps no more than it has room for', async () => {
    await used({}, (sandbox) => sandbox.send([1, 2, 3, 4].map((number) => ({ eid: id(number) }))));
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"kind":"good","js`);
    await used({ SANDBOX__MAX_EVENTS: '2' }, async (sandbox) => {
      expect((await sandbox.json('/micro/good')).map(({ event }) => event['event_id'])).toEqual([
        id(4),
        id(3),
      ]);
    });
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
  });
});

describe('a sandbox with schemas of its own', () => {
  let folder: string;
  let sandbox: TestSandbox;
  const schema = (version: string, body: object): void => {
    writeFileSync(
      join(folder, 'com.acme/click/jsonschema', version),
      JSON.stringify({ self: { vendor: 'com.acme', name: 'click', format: 'jsonschema', version }, ...body }),
    );
  };
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'schemas-'));
    mkdirSync(join(folder, 'com.acme/click/jsonschema'), { recursive: true });
    schema('1-0-0', { type: 'object', properties: { id: { type: 'integer' } } });
    schema('1-0-1', { $supersededBy: '1-0-2', type: 'object', required: ['everything'] });
    schema('1-0-2', { type: 'object', properties: { id: { type: 'integer' } } });
    schema('1-0-3', { type: 'object', properties: { id: { type: 'string', pattern: '^(?=(a+)+$)' } } });
    sandbox = await TestSandbox.start({ IGLU__FOLDERS: folder });
  });
  beforeEach(() => sandbox.ask('/micro/reset'));
  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true });
  });

  const send = (key: string, value: unknown): Promise<Reply> =>
    sandbox.send([
      {
        e: 'ue',
        ue_pr: JSON.stringify({
          schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
          data: { schema: `iglu:com.acme/${key}`, data: { id: value } },
        }),
      },
    ]);
  const reasons = async () => (await sandbox.json('/micro/bad')).map(({ errors }) => errors.join());

  it('checks events with them, and says which schema is missing', async () => {
    await send('click/jsonschema/1-0-0', 1);
    await send('click/jsonschema/1-0-0', 'one');
    await send('other/jsonschema/1-0-0', 1);
    await send('click/jsonschema/1-0-9', 1);
    expect(await sandbox.json('/micro/all')).toEqual({ total: 4, good: 1, bad: 3 });
    expect(await reasons()).toEqual([
      expect.stringContaining('iglu:com.acme/click/jsonschema/1-0-9, which nobody has'),
      expect.stringContaining('iglu:com.acme/other/jsonschema/1-0-0, which nobody has'),
      expect.stringContaining('at /id: expected a value of type integer'),
    ]);
  });

  it('checks events of a superseded version with the one that supersedes it, and says so in the event', async () => {
    await send('click/jsonschema/1-0-1', 1);
    const [item] = await sandbox.json('/micro/good');
    expect(item?.schema).toBe('iglu:com.acme/click/jsonschema/1-0-2');
    expect(item?.event).toMatchObject({
      event_version: '1-0-2',
      unstruct_event: { data: { schema: 'iglu:com.acme/click/jsonschema/1-0-2', data: { id: 1 } } },
    });
    expect(JSON.stringify(item?.event['derived_contexts'])).toContain(
      '"data":{"originalSchema":"iglu:com.acme/click/jsonschema/1-0-1","validatedWith":"1-0-2"}',
    );
    await send('click/jsonschema/1-0-1', 'one');
    expect(await reasons()).toEqual([expect.stringContaining('1-0-1, which 1-0-2 supersedes,')]);
  });

  it('fails the events of a schema whose pattern could take for ever, with the reason', async () => {
    await send('click/jsonschema/1-0-3', 'a'.repeat(100));
    expect(await reasons()).toEqual([expect.stringMatching(/no usable schema: its pattern .* is refused/)]);
  });
});
