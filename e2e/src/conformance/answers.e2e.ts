import { anEvent, payloadOf, TestSandbox, TP2 } from './sandbox';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.start({
    PATHS__ALIASES: '/assets/p=/com.snowplowanalytics.snowplow/tp2,/x.gif=/i',
  });
});
afterAll(() => sandbox.stop());

const PIXEL = Buffer.from('R0lGODlhAQABAPAAAP///wAAACH5BAUAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');
const event = { e: 'pv', p: 'web', tv: 't', aid: 'shop' };
const json = { 'content-type': 'application/json; charset=UTF-8' };

describe('§1 answers to trackers', () => {
  it.each([TP2, '/com.snowplowanalytics.snowplow/tp1', '/com.acme/v1', '/assets/p'])(
    'POST %s is answered 200, ok, text/plain',
    async (path) => {
      const outcome = await sandbox.ask({ method: 'POST', path, headers: json, body: payloadOf(anEvent()) });
      expect([outcome.status, outcome.body]).toEqual([200, 'ok']);
      expect(outcome.headers.get('content-type')).toMatch(/^text\/plain/);
    },
  );

  it.each(['/i', '/ice.png', '/x.gif', TP2, '/com.acme/v1'])(
    'GET %s is answered with the pixel',
    async (path) => {
      const outcome = await sandbox.ask({ method: 'GET', path, query: event });
      expect([outcome.status, outcome.headers.get('content-type')]).toEqual([200, 'image/gif']);
      expect(outcome.bytes.equals(PIXEL)).toBe(true);
      expect(outcome.headers.get('cache-control')).toBe('no-cache, no-store, must-revalidate');
    },
  );

  it.each(['/i', '/ice.png', TP2])(
    'HEAD %s is answered as GET is, without the pixel, and is stored',
    async (path) => {
      const outcome = await sandbox.ask({ method: 'HEAD', path, query: event });
      expect([outcome.status, outcome.headers.get('content-type'), outcome.bytes.length]).toEqual([
        200,
        'image/gif',
        0,
      ]);
      expect(outcome.good).toHaveLength(1);
    },
  );

  it('the pixel has 43 bytes', () => {
    expect(PIXEL).toHaveLength(43);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('%s is not allowed', async (method) => {
    const outcome = await sandbox.ask({ method, path: TP2 });
    expect([outcome.status, outcome.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD, OPTIONS']);
  });

  it('a POST to a path of one segment is answered 404, and says where to send', async () => {
    const outcome = await sandbox.ask({ method: 'POST', path: '/tp2', body: '{}' });
    expect(outcome.status).toBe(404);
    expect(outcome.body).toContain(TP2);
  });

  it.each(['/r/tp2?u=https%3A%2F%2Fshop.example', '/r/anything'])(
    'GET %s: redirects are disabled',
    async (path) => {
      const outcome = await sandbox.ask({ method: 'GET', path });
      expect([outcome.status, outcome.body.trim()]).toEqual([404, 'redirects disabled']);
    },
  );
});

describe('§1 pages and probes', () => {
  it.each(['/health', '/sink-health'])('GET %s is answered 200 ok', async (path) => {
    const outcome = await sandbox.ask({ method: 'GET', path });
    expect([outcome.status, outcome.body]).toEqual([200, 'ok']);
  });

  it.each(['User-agent: *', 'User-agent: Googlebot', 'User-agent: AdsBot-Google'])(
    '/robots.txt turns %s away',
    async (agent) => {
      const { body } = await sandbox.ask({ method: 'GET', path: '/robots.txt' });
      expect(body).toContain(`${agent}\nDisallow: /`);
    },
  );

  it('/crossdomain.xml is off by default', async () => {
    expect((await sandbox.ask({ method: 'GET', path: '/crossdomain.xml' })).status).toBe(404);
  });
});

describe('§1 CORS', () => {
  const origin = 'https://shop.example';
  const preflight = (headers: Readonly<Record<string, string>>) =>
    sandbox.ask({ method: 'OPTIONS', path: TP2, headers });

  it.each(['Content-Type', 'SP-Anonymous', 'X-GitLab-AppId'])('a preflight allows %s', async (header) => {
    const { status, headers } = await preflight({
      origin,
      'access-control-request-headers': header.toLowerCase(),
    });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-headers')?.toLowerCase()).toContain(header.toLowerCase());
  });

  it.each([
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
    ['Access-Control-Max-Age', '3600'],
  ])('a preflight answers %s: %s', async (name, value) => {
    expect((await preflight({ origin })).headers.get(name)).toBe(value);
  });

  it.each(['/i', TP2, '/any/path', '/anything'])('a preflight is answered at %s', async (path) => {
    expect((await sandbox.ask({ method: 'OPTIONS', path, headers: { origin } })).status).toBe(200);
  });

  it.each([
    ['POST', TP2],
    ['GET', '/i'],
  ])('%s %s answers the origin, with credentials', async (method, path) => {
    const outcome = await sandbox.ask({
      method,
      path,
      headers: { ...json, origin },
      ...(method === 'POST' ? { body: payloadOf(anEvent()) } : { query: event }),
    });
    expect(outcome.headers.get('access-control-allow-origin')).toBe(origin);
    expect(outcome.headers.get('access-control-allow-credentials')).toBe('true');
    expect(outcome.headers.get('vary')).toMatch(/origin/i);
  });

  it('without an origin any may read', async () => {
    const { headers } = await sandbox.ask({ method: 'GET', path: '/i', query: event });
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  it.each(['null', 'https://evil.example/path', 'javascript:alert(1)', 'https://', 'x'])(
    'the origin %s is not repeated',
    async (strange) => {
      const { headers } = await sandbox.ask({
        method: 'GET',
        path: '/i',
        query: event,
        headers: { origin: strange },
      });
      expect(headers.get('access-control-allow-origin')).not.toBe(strange);
    },
  );
});
