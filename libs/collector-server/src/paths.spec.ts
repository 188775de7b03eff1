import { readRegistry } from '@headwater/apps';
import {
  BrokerDown,
  send,
  sendRaw,
  startCollector,
  TP2,
  until,
  type TestCollector,
} from './collector.fixture';

jest.setTimeout(20_000);

const COOKIE = 'bbbbbbbb-0000-4000-8000-00000000000b';
let collector: TestCollector;
const start = async (env: Record<string, string> = {}): Promise<TestCollector> =>
  (collector = await startCollector(env));
afterEach(async () => {
  if (!collector.writer.drained) {
    collector.writer.mode = 'take';
    await collector.stop();
  }
});

describe('a path', () => {
  it.each([
    ['POST', '/com.snowplowanalytics.snowplow/tp1', '/com.snowplowanalytics.snowplow/tp1'],
    ['GET', '/com.snowplowanalytics.snowplow/tp1?e=pv', '/com.snowplowanalytics.snowplow/tp1'],
    [
      'POST',
      '/com.snowplowanalytics.iglu/v1?schema=iglu%3Aa%2Fb%2Fjsonschema%2F1-0-0',
      '/com.snowplowanalytics.iglu/v1',
    ],
    [
      'GET',
      '/com.snowplowanalytics.iglu/v1?schema=iglu%3Aa%2Fb%2Fjsonschema%2F1-0-0',
      '/com.snowplowanalytics.iglu/v1',
    ],
    ['POST', '/com.mailgun/v1', '/com.mailgun/v1'],
    ['GET', '/a%2fb/c', '/a%2fb/c'],
    ['POST', '/t', TP2],
    ['GET', '/t?e=pv', TP2],
    ['HEAD', '/t?e=pv', TP2],
    ['POST', '/assets/p', TP2],
    ['POST', '/a/b/c/', TP2],
    ['GET', '/pic/a/b.gif?e=pv', '/i'],
  ])('of %s %s is taken', async (method, path, kept) => {
    await start({ PATHS__ALIASES: `/t=${TP2},/assets/p=${TP2},/a/b/c/=${TP2},/pic/a/b.gif=/i` });
    const reply = await send(collector, { method, path });
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toContain(method === 'POST' ? 'text/plain' : 'image/gif');
    expect(collector.writer.payloads).toMatchObject([{ path: kept }]);
  });

  it('of an alias of the pixel takes no POST, as the pixel itself', async () => {
    await start({ PATHS__ALIASES: '/pic=/i' });
    expect((await send(collector, { path: '/pic' })).status).toBe(404);
    expect((await send(collector, { path: '/i' })).status).toBe(404);
  });

  it('with a body where none belongs passes over it, and the next request is read rightly', async () => {
    await start();
    const raw = await sendRaw(
      collector,
      'GET /i?n=1 HTTP/1.1\r\nHost: c\r\nContent-Length: 16\r\n\r\nGET /evil HTTP/1',
      'PUT /i HTTP/1.1\r\nHost: c\r\nContent-Length: 4\r\n\r\nbody',
      'GET /i?n=2 HTTP/1.1\r\nHost: c\r\nConnection: close\r\n\r\n',
    );
    expect([...raw.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '405', '200']);
    expect(collector.writer.payloads.map(({ querystring, body }) => [querystring, body])).toEqual([
      ['n=1', null],
      ['n=2', null],
    ]);
  });
});

describe('a link', () => {
  const env = { REDIRECT__ENABLED: 'true', REDIRECT__HOSTS: 'shop.example,blog.example:8443' };
  const to = (u: string): string => `/r/tp2?e=uc&aid=shop&u=${encodeURIComponent(u)}`;

  it('is followed once the broker has its event, with the cookie of a pixel', async () => {
    await start({ ...env, COOKIE__ENABLED: 'true' });
    collector.writer.mode = 'hold';
    const pending = send(collector, { method: 'GET', path: to('https://shop.example/a?b=c') });
    await until(() => collector.writer.held.length === 1);
    collector.writer.held[0]?.();
    const reply = await pending;
    expect(reply.status).toBe(302);
    expect(reply.headers).toMatchObject({
      location: 'https://shop.example/a?b=c',
      'content-length': '0',
      'cache-control': 'no-cache, no-store, must-revalidate',
      'set-cookie': [expect.stringMatching(/^sp=/) as string],
    });
    expect(collector.writer.payloads).toMatchObject([
      {
        method: 'GET',
        path: '/r/tp2',
        querystring: `e=uc&aid=shop&u=${encodeURIComponent('https://shop.example/a?b=c')}`,
      },
    ]);
  });

  it.each([
    ['to another host', to('https://evil.example')],
    ['to a host that begins alike', to('https://shop.example.evil.example')],
    ['to no host', to('javascript:alert(1)')],
    ['that would end the header', to('https://shop.example/\r\nSet-Cookie: a=b')],
    ['without an address', '/r/tp2?e=uc'],
    ['without parameters', '/r/tp2'],
  ])('%s is refused and no event', async (_case, path) => {
    await start(env);
    const reply = await send(collector, { method: 'GET', path });
    expect(reply.status).toBe(400);
    expect(reply.headers.location).toBeUndefined();
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(collector.writer.records).toEqual([]);
  });

  it('leads nowhere where no host is listed', async () => {
    await start({ REDIRECT__ENABLED: 'true' });
    expect((await send(collector, { method: 'GET', path: to('https://shop.example') })).status).toBe(400);
  });

  it.each([
    ['the broker is down', new BrokerDown('The broker is down.'), 'outage'],
    ['the collector fails', new Error('a defect'), 'defect'],
  ])(
    'takes whoever follows it to its target also while %s, and counts the event as lost',
    async (_case, refusal, reason) => {
      await start(env);
      collector.writer.mode = 'refuse';
      collector.writer.refusal = refusal;
      const reply = await send(collector, { method: 'GET', path: to('https://shop.example/a') });
      expect([reply.status, reply.headers.location]).toEqual([302, 'https://shop.example/a']);
      expect(await lostLinks(reason)).toBe(1);
      expect((await send(collector, { method: 'GET', path: '/i?e=pv' })).status).toBeGreaterThanOrEqual(500);
      expect(await lostLinks(reason)).toBe(1);
    },
  );

  it('takes whoever follows it to its target also while its app is above its rate', async () => {
    const registry = readRegistry({ apps: [{ id: 'shop', requestsPerSecond: 0.001, requestBurst: 1 }] });
    if (!('apps' in registry)) throw new Error(registry.join('\n'));
    collector = await startCollector(env, { readApps: () => registry });
    const click = { method: 'GET', path: to('https://shop.example/a') };
    const replies = [await send(collector, click), await send(collector, click)];
    expect(replies.map(({ status, headers }) => [status, headers.location])).toEqual([
      [302, 'https://shop.example/a'],
      [302, 'https://shop.example/a'],
    ]);
    expect(collector.writer.payloads).toHaveLength(1);
    expect(await lostLinks('rate')).toBe(1);
    expect((await send(collector, { path: `${TP2}?aid=shop` })).status).toBe(429);
  });

  const lostLinks = async (reason: string): Promise<number> => {
    const metrics = (await send(collector, { method: 'GET', path: '/metrics' })).body.toString();
    const lost = new RegExp(`headwater_collector_lost_links_total\\{reason="${reason}".*\\} (\\d+)`);
    return Number(lost.exec(metrics)?.[1]);
  };

  it('has other paths where they are configured', async () => {
    await start({ ...env, PATHS__ALIASES: '/go=/r/tp2' });
    const reply = await send(collector, {
      method: 'GET',
      path: to('https://blog.example:8443/x').replace('/r/tp2', '/go'),
    });
    expect(reply.headers.location).toBe('https://blog.example:8443/x');
    expect(collector.writer.payloads).toMatchObject([{ path: '/r/tp2' }]);
  });

  it('takes a visitor who refuses to where it leads, and keeps nothing', async () => {
    await start({ ...env, COOKIE__ENABLED: 'true' });
    const reply = await send(collector, {
      method: 'GET',
      path: to('https://shop.example'),
      headers: { dnt: '1' },
    });
    expect([reply.status, reply.headers.location, reply.headers['set-cookie']]).toEqual([
      302,
      'https://shop.example/',
      undefined,
    ]);
    expect(collector.writer.records).toEqual([]);
  });

  it('takes no POST', async () => {
    await start(env);
    expect((await send(collector, { path: to('https://shop.example') })).status).toBe(404);
  });
});

describe('a browser that may keep no cookies', () => {
  const env = { COOKIE__ENABLED: 'true', COOKIE__BOUNCE: 'true', COOKIE__CLIENT_NAME: 'spc' };

  it('is sent round once, and then known as such', async () => {
    await start(env);
    const first = await send(collector, { method: 'GET', path: '/i?e=pv' });
    expect([first.status, first.headers.location]).toEqual([302, '/i?e=pv&n3pc=true']);
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(/^sp=[\da-f-]{36}; .*HttpOnly/) as string,
      expect.stringMatching(/^spc=[\da-f-]{36}; (?!.*HttpOnly)/) as string,
    ]);
    expect(collector.writer.records).toEqual([]);
    const second = await send(collector, { method: 'GET', path: String(first.headers.location) });
    expect([second.status, second.headers['set-cookie']]).toEqual([200, undefined]);
    expect(collector.writer.payloads).toMatchObject([
      { network_userid: '00000000-0000-4000-A000-000000000000', querystring: 'e=pv&n3pc=true' },
    ]);
  });

  it('that keeps them is known by its own', async () => {
    await start(env);
    const { headers } = await send(collector, { method: 'GET', path: '/ice.png' });
    expect(headers.location).toBe('/ice.png?n3pc=true');
    const cookie = headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    await send(collector, { method: 'GET', path: '/ice.png?n3pc=true', headers: { cookie } });
    expect(`sp=${String(collector.writer.payloads[0]?.network_userid)}`).toBe(cookie);
  });

  it('is sent to the protocol that the proxy names, where that is believed', async () => {
    await start({ ...env, COOKIE__BOUNCE_PROTOCOL_HEADER: 'X-Forwarded-Proto' });
    const headers = { host: 'c.example', 'x-forwarded-proto': 'https' };
    const reply = await send(collector, { method: 'GET', path: '/i?e=pv', headers });
    expect(reply.headers.location).toBe('https://c.example/i?e=pv&n3pc=true');
  });

  it.each([
    ['POST', TP2, {}],
    ['HEAD', '/i', {}],
    ['GET', '/i', { 'sp-anonymous': '*' }],
    ['GET', '/i', { cookie: `sp=${COOKIE}` }],
    ['GET', `/i?nuid=${COOKIE}`, {}],
  ])('is not sent round with %s %s %j', async (method, path, headers) => {
    await start(env);
    expect((await send(collector, { method, path, headers })).status).toBe(200);
    expect(collector.writer.payloads).toHaveLength(1);
  });
});

describe('a page', () => {
  const text = async (path: string, method = 'GET'): Promise<[number, string | undefined, string]> => {
    const { status, headers, body } = await send(collector, { method, path });
    return [status, headers['content-type'], body.toString()];
  };

  it('for robots keeps them out', async () => {
    await start();
    expect(await text('/robots.txt')).toEqual([
      200,
      'text/plain; charset=UTF-8',
      'User-agent: *\nDisallow: /\n\nUser-agent: Googlebot\nDisallow: /\n\nUser-agent: AdsBot-Google\nDisallow: /\n',
    ]);
  });

  it('for Flash movies is there where it is switched on', async () => {
    await start({
      CROSS_DOMAIN__ENABLED: 'true',
      CROSS_DOMAIN__DOMAINS: '*.shop.example,blog.example',
      CROSS_DOMAIN__SECURE: 'false',
    });
    expect(await text('/crossdomain.xml')).toEqual([
      200,
      'text/xml; charset=UTF-8',
      '<?xml version="1.0"?>\n<cross-domain-policy>\n  <allow-access-from domain="*.shop.example" secure="false" />\n  <allow-access-from domain="blog.example" secure="false" />\n</cross-domain-policy>\n',
    ]);
  });

  it('at the root is what the configuration says', async () => {
    await start({
      ROOT__STATUS: '302',
      ROOT__HEADERS: '{"Location":"https://shop.example/"}',
      ROOT__BODY: 'moved',
    });
    const reply = await send(collector, { method: 'GET', path: '/' });
    expect([reply.status, reply.headers.location, reply.body.toString()]).toEqual([
      302,
      'https://shop.example/',
      'moved',
    ]);
  });

  it.each(['/', '/crossdomain.xml', '/favicon.ico', '/wp-login.php'])(
    'at %s is not there unless configured',
    async (path) => {
      await start();
      const [status, , body] = await text(path);
      expect([status, body]).toEqual([404, expect.stringContaining('Nothing is served at') as string]);
    },
  );
});
