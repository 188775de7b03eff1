import { readRegistry, type AppRegistry } from '@headwater/apps';
import { countsOf, send, sendRaw, startCollector, TP2, type TestCollector } from './collector.fixture';

jest.setTimeout(20_000);

const registryOf = (document: object): AppRegistry => {
  const registry = readRegistry(document);
  if ('apps' in registry) return registry;
  throw new Error(registry.join('\n'));
};
const apps = [
  { id: 'open' },
  { id: 'shop', keys: ['key-of-shop'], aliases: ['/shop', '/s/h/o/p'], origins: ['https://shop.example'] },
  { id: 'loud', requestsPerSecond: 0.001, requestBurst: 3 },
];
let collector: TestCollector;
const start = async (policy: object = {}, env: Record<string, string> = {}): Promise<TestCollector> =>
  (collector = await startCollector(env, { readApps: () => registryOf({ apps, ...policy }) }));
afterEach(async () => {
  if (!collector.writer.drained) await collector.stop();
});

describe('the app of a request', () => {
  it.each([
    ['a path', { path: '/shop' }, 'shop'],
    ['a longer path', { path: '/s/h/o/p' }, 'shop'],
    ['a path by GET', { method: 'GET', path: '/shop?e=pv' }, 'shop'],
    ['a key', { headers: { 'x-headwater-key': 'key-of-shop' } }, 'shop'],
    ['a key as GitLab sends it', { headers: { 'x-gitlab-appid': 'key-of-shop' } }, 'shop'],
    [
      'a key from its page',
      { headers: { 'x-headwater-key': 'key-of-shop', origin: 'https://shop.example' } },
      'shop',
    ],
    ['the query string', { path: `${TP2}?aid=open` }, 'open'],
    ['nothing', {}, null],
    ['a page of an app with keys', { headers: { origin: 'https://shop.example' } }, null],
    ['the query string, of an app that is not listed', { path: `${TP2}?aid=other` }, null],
  ])('is known by %s', async (_case, request, app) => {
    await start();
    expect((await send(collector, request)).status).toBe(200);
    expect(collector.writer.payloads).toMatchObject([{ app }]);
    expect(['/i', TP2]).toContain(collector.writer.payloads[0]?.path);
    expect(collector.writer.everything).not.toContain('x-headwater-key');
  });

  it('that is not proven is a failed event without content', async () => {
    await start();
    const headers = { 'user-agent': 'tracker/1', 'x-forwarded-for': '81.2.69.142', cookie: 'sp=secret' };
    const reply = await send(collector, {
      path: `${TP2}?aid=shop&uid=secret`,
      headers,
      body: '{"data":["secret"]}',
    });
    expect([reply.status, reply.body.toString(), reply.headers['set-cookie']]).toEqual([
      200,
      'ok',
      undefined,
    ]);
    expect(collector.writer.payloads).toEqual([]);
    expect(collector.writer.failed).toMatchObject([
      {
        stage: 'collector',
        app_id: 'shop',
        failure_type: 'app_not_admitted',
        failures: [{ field: 'aid', message: expect.stringContaining('X-Headwater-Key') as string }],
        path: TP2,
        useragent: 'tracker/1',
        payload: null,
        replayable: false,
      },
    ]);
    expect(collector.writer.everything).not.toMatch(/secret|81\.2\.69/);
    await collector.stop();
    expect(countsOf(collector)).toMatchObject({
      in: 1,
      out: 0,
      failed: { app_not_admitted: 1 },
      codes: { 200: 1 },
    });
  });

  it.each([
    ['fail', 200, { failed: { app_not_admitted: 1 }, dropped: {} }],
    ['drop', 200, { failed: {}, dropped: { app_not_admitted: 1 } }],
    ['reject', 403, { failed: {}, dropped: { app_not_admitted: 1 } }],
  ])('that is not listed is treated by the policy: %s', async (unknown, status, counts) => {
    await start({ unknown });
    const reply = await send(collector, {
      path: `${TP2}?aid=other`,
      headers: { origin: 'https://a.example' },
      body: '{}',
    });
    expect(reply.status).toBe(status);
    expect(reply.headers['access-control-allow-origin']).toBe('https://a.example');
    await collector.stop();
    expect(collector.writer.payloads).toEqual([]);
    expect(countsOf(collector)).toMatchObject({ in: 1, out: 0, ...counts });
  });

  it('is asked after what the visitor refuses', async () => {
    await start({ unknown: 'fail' });
    await send(collector, { path: `${TP2}?aid=other`, headers: { dnt: '1' } });
    expect(collector.writer.records).toEqual([]);
  });
});

describe('an app that sends too much', () => {
  it('is known also where its name is in escapes', async () => {
    await start();
    const statuses: number[] = [];
    for (const name of ['aid', '%61id', 'a%69d', '%61%69%64'])
      statuses.push((await send(collector, { path: `${TP2}?${name}=loud`, body: '{}' })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('is told to come back, and hurts no other', async () => {
    await start();
    const statuses = async (aid: string): Promise<readonly number[]> =>
      (
        await Promise.all(
          Array.from({ length: 50 }, () => send(collector, { path: `${TP2}?aid=${aid}`, body: '{}' })),
        )
      ).map(({ status }) => status);
    const [loud, open] = await Promise.all([statuses('loud'), statuses('open')]);
    expect(loud.filter((status) => status === 200)).toHaveLength(3);
    expect(loud.filter((status) => status === 429)).toHaveLength(47);
    expect(new Set(open)).toEqual(new Set([200]));
    const reply = await send(collector, {
      path: `${TP2}?aid=loud`,
      headers: { origin: 'https://a.example' },
    });
    expect(reply.headers).toMatchObject({
      'retry-after': '1000',
      'access-control-allow-origin': 'https://a.example',
    });
    await collector.stop();
    expect(countsOf(collector)).toMatchObject({ in: 53, out: 53, codes: { 200: 53, 429: 48 } });
  });

  it('is answered before its body is read, on a connection that goes on', async () => {
    await start();
    const post = (size: number, more = ''): string =>
      `POST ${TP2}?aid=loud HTTP/1.1\r\nHost: c\r\nContent-Length: ${String(size)}\r\n${more}\r\n${'x'.repeat(size)}`;
    const raw = await sendRaw(
      collector,
      ...[1, 2, 3, 100_000, 5].map((size) => post(size)),
      post(6, 'Connection: close\r\n'),
    );
    expect([...raw.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '200',
      '200',
      '429',
      '429',
      '429',
    ]);
  });
});

it('says at start which path of an app cannot be one', async () => {
  const readApps = (): AppRegistry => registryOf({ apps: [{ id: 'bad', aliases: ['/health/live'] }] });
  await expect(startCollector({}, { readApps })).rejects.toThrow(
    'APPS__FILE: a path of the app bad is /health/live, a page of the collector',
  );
  collector = await startCollector();
});
