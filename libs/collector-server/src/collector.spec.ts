import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { PIXEL } from './answers';
import { countsOf, send, sendRaw, startCollector, TP2, until, type TestCollector } from './collector.fixture';

jest.setTimeout(20_000); // a test starts a service, on machines that do other work as well

const BODY =
  '{"schema":"iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4","data":[{"e":"pv","p":"web","tv":"js-4.0"}]}';
const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' };
const COOKIE = 'bbbbbbbb-0000-4000-8000-00000000000b';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const running: TestCollector[] = [];
const start = async (env: Record<string, string> = {}): Promise<TestCollector> => {
  const collector = await startCollector(env);
  running.push(collector);
  return collector;
};

afterEach(async () => {
  for (const { writer, stop } of running.splice(0)) {
    writer.mode = 'take';
    if (!writer.drained) await stop();
  }
});

describe('a tracker', () => {
  it('gets exactly `ok` for a POST, which is one record with the body as it came', async () => {
    const collector = await start();
    const before = Date.now();
    const reply = await send(collector, {
      path: `${TP2}?aid=shop`,
      headers: { ...JSON_TYPE, 'user-agent': 'tracker/1', 'x-forwarded-for': '81.2.69.142' },
      body: BODY,
    });
    expect(reply).toMatchObject({ status: 200, body: Buffer.from('ok') });
    expect(reply.headers['content-type']).toBe('text/plain; charset=UTF-8');
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(collector.writer.records).toHaveLength(1);
    const [payload] = collector.writer.payloads;
    expect(payload).toMatchObject({
      payload_id: expect.stringMatching(UUID) as string,
      collector: expect.stringMatching(/^headwater-collector\/\d/) as string,
      method: 'POST',
      path: TP2,
      querystring: 'aid=shop',
      content_type: 'application/json; charset=UTF-8',
      body: Buffer.from(BODY),
      hostname: `127.0.0.1:${String(collector.port)}`,
      ip_address: '81.2.69.0',
      user_agent: 'tracker/1',
      network_userid: expect.stringMatching(UUID) as string,
      anonymous: false,
    });
    expect(payload?.collector_tstamp).toBeGreaterThanOrEqual(before);
    expect(payload?.collector_tstamp).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['GET', '/i?e=pv&p=web', '/i'],
    ['HEAD', '/i?e=pv&p=web', '/i'],
    ['GET', '/ice.png?e=pv&p=web', '/i'],
    ['GET', `${TP2}?e=pv&p=web`, TP2],
    ['HEAD', `${TP2}?e=pv&p=web`, TP2],
  ])('gets a pixel for %s %s', async (method, path, kept) => {
    const collector = await start();
    const reply = await send(collector, { method, path });
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({
      'content-type': 'image/gif',
      'content-length': '43',
      'cache-control': 'no-cache, no-store, must-revalidate',
    });
    expect(reply.body).toEqual(method === 'HEAD' ? Buffer.alloc(0) : PIXEL);
    expect(collector.writer.payloads).toMatchObject([
      { method: 'GET', path: kept, querystring: 'e=pv&p=web', body: null },
    ]);
  });

  it.each(['POST', 'GET'])('gets no answer to a %s before the broker has the record', async (method) => {
    const collector = await start();
    collector.writer.mode = 'hold';
    let answered = false;
    const reply = send(collector, { method, body: method === 'POST' ? BODY : undefined } as never).then(
      (r) => {
        answered = true;
        return r;
      },
    );
    await until(() => collector.writer.held.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    collector.writer.held[0]?.();
    expect((await reply).status).toBe(200);
  });

  it('is told to come back when the broker does not take the record', async () => {
    const collector = await start({ OVERLOAD__RETRY_AFTER_SECONDS: '7' });
    collector.writer.mode = 'refuse';
    for (const method of ['POST', 'GET']) {
      const reply = await send(collector, { method });
      expect(reply.status).toBe(503);
      expect(reply.headers['retry-after']).toBe('7');
      expect(reply.body.toString()).toContain('were not accepted');
    }
    expect(collector.writer.records).toEqual([]);
  });

  it('is told to come back after a defect of the collector, which goes on', async () => {
    const collector = await start();
    collector.writer.mode = 'refuse';
    collector.writer.refusal = new TypeError('a defect');
    const reply = await send(collector, { body: BODY });
    expect(reply.status).toBe(500);
    expect(reply.body.toString()).not.toContain('a defect');
    collector.writer.mode = 'take';
    expect((await send(collector, { body: BODY })).status).toBe(200);
  });

  it('may send requests on one connection without waiting, and gets the answers in order', async () => {
    const collector = await start();
    collector.writer.mode = 'hold';
    const post = (n: number, more = ''): string =>
      `POST /v/${String(n)} HTTP/1.1\r\nHost: c\r\nContent-Length: 2\r\n${more}\r\n{}`;
    const pixel = `GET /i?n=3 HTTP/1.1\r\nHost: c\r\n\r\n`;
    const raw = sendRaw(collector, post(1) + post(2) + pixel + post(4, 'Connection: close\r\n'));
    await until(() => collector.writer.held.length === 4);
    for (const letGo of [...collector.writer.held].reverse()) letGo();
    const answers = [...(await raw).matchAll(/HTTP\/1.1 (\d+) OK\r\nContent-Type: ([a-z/]+)/g)];
    expect(answers.map(([, status, type]) => [status, type])).toEqual([
      ['200', 'text/plain'],
      ['200', 'text/plain'],
      ['200', 'image/gif'],
      ['200', 'text/plain'],
    ]);
    expect(collector.writer.payloads.map(({ path }) => path).sort()).toEqual(['/i', '/v/1', '/v/2', '/v/4']);
  });

  it('may send a body in chunks without its length', async () => {
    const collector = await start();
    const raw = await sendRaw(
      collector,
      `POST ${TP2} HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`,
      '5\r\n{"dat\r\n',
      'a\r\na":[1,2]} \r\n',
      '0\r\n\r\n',
    );
    expect(raw).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*\r\n\r\nok$/);
    expect(collector.writer.payloads[0]?.body?.toString()).toBe('{"data":[1,2]} ');
  });

  it('may send a body compressed', async () => {
    const collector = await start();
    const reply = await send(collector, {
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      body: gzipSync(BODY.replace('"e":', '"ip":"81.2.69.142","e":')),
    });
    expect(reply.status).toBe(200);
    expect(collector.writer.payloads[0]?.body?.toString()).toBe(
      BODY.replace('"e":', '"ip":"81.2.69.0","e":'),
    );
  });
});

describe('the limits', () => {
  const limits = { BODY__MAX_BYTES: '1000', BODY__DROP_BYTES: '2000' };
  const chunked = (size: number): string =>
    `POST ${TP2} HTTP/1.1\r\nHost: c\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`;
  const withLength = (size: number): string =>
    `POST ${TP2} HTTP/1.1\r\nHost: c\r\nContent-Length: ${String(size)}\r\nConnection: close\r\n\r\n${'x'.repeat(size)}`;

  it.each([
    ['with a length, at the limit', withLength(1000), 1, 0],
    ['with a length, one byte over', withLength(1001), 0, 1],
    ['with a length, at the drop limit', withLength(2000), 0, 1],
    ['with a length, one byte over the drop limit', withLength(2001), 0, 1],
    ['in chunks, at the limit', chunked(1000), 1, 0],
    ['in chunks, one byte over', chunked(1001), 0, 1],
    ['in chunks, at the drop limit', chunked(2000), 0, 1],
    ['in chunks, one byte over the drop limit', chunked(2001), 0, 1],
    ['in chunks, far over the drop limit', chunked(100_000), 0, 1],
  ])(
    'hold for a body %s, which is answered 200 whatever becomes of it',
    async (_case, bytes, payloads, failed) => {
      const { writer, ...collector } = await start(limits);
      const raw = await sendRaw({ writer, ...collector }, bytes);
      expect(raw).toMatch(/^HTTP\/1.1 200 /);
      expect(raw.match(/^HTTP/gm)).toHaveLength(1);
      expect(writer.payloads).toHaveLength(payloads);
      expect(writer.failed).toHaveLength(failed);
    },
  );

  it('make a failed event of a declared length far over the drop limit, before any of it is sent', async () => {
    const collector = await start(limits);
    const raw = await sendRaw(
      collector,
      `POST ${TP2} HTTP/1.1\r\nHost: c\r\nContent-Length: 99999999\r\n\r\n`,
    );
    expect(raw).toMatch(/^HTTP\/1.1 200 [^]*\r\nConnection: close\r\n/);
    expect(collector.writer.failed).toMatchObject([
      {
        failure_type: 'size_violation',
        failures: [{ value: '99999999', expectation: 'at most 2000 bytes' }],
      },
    ]);
  });

  it('make a failed event of what is too large, with sizes and without content', async () => {
    const collector = await start(limits);
    const secret = 'secret 81.2.69.142 ';
    const reply = await send(collector, {
      headers: { 'user-agent': 'tracker/1 (81.2.69.142)', 'x-forwarded-for': '81.2.69.142' },
      body: secret.repeat(60),
    });
    expect(reply).toMatchObject({ status: 200, body: Buffer.from('ok') });
    expect(collector.writer.failed).toMatchObject([
      {
        stage: 'collector',
        failure_type: 'size_violation',
        failures: [{ type: 'size_violation', value: '1140', expectation: 'at most 1000 bytes' }],
        useragent: 'tracker/1 ([address])',
        path: TP2,
        payload: null,
        replayable: false,
      },
    ]);
    expect(collector.writer.everything).not.toMatch(/secret|81\.2\.69/);
  });

  it('make a failed event of a body that no record of the topic can hold', async () => {
    const collector = await start({ BODY__MAX_BYTES: '4000000', BODY__DROP_BYTES: '4000000' });
    const body = Buffer.alloc(2_000_000, 'x');
    expect((await send(collector, { body })).status).toBe(200);
    expect(collector.writer.payloads).toEqual([]);
    expect(collector.writer.failed).toMatchObject([{ failure_type: 'size_violation', app_id: 'unknown' }]);
  });

  it('answer 503 at once to what would be too much in memory, and recover', async () => {
    const collector = await start({ BODY__MAX_BUFFERED_BYTES: '5000' });
    const slow = connect(collector.port, '127.0.0.1');
    slow.write(`POST ${TP2} HTTP/1.1\r\nHost: c\r\nContent-Length: 4500\r\n\r\n${'x'.repeat(4400)}`);
    const metric = async (): Promise<string> =>
      (await send(collector, { method: 'GET', path: '/metrics' })).body.toString();
    await until(async () => /headwater_collector_receiving_bytes\{[^}]*\} 4400/.test(await metric()));
    expect((await send(collector, { body: Buffer.alloc(700, 'x') })).status).toBe(503);
    expect((await send(collector, { body: BODY })).status).toBe(200);
    slow.write('x'.repeat(100));
    await until(() => collector.writer.payloads.length === 2);
    slow.destroy();
    expect((await send(collector, { body: Buffer.alloc(4_900, 'x') })).status).toBe(200);
    expect(await metric()).toMatch(/headwater_collector_receiving_bytes\{[^}]*\} 0/);
  });

  it('take no headers above their size', async () => {
    const collector = await start({ CONNECTION__MAX_HEADER_BYTES: '8192' });
    const path = (size: number): string => `/i?u=${'x'.repeat(size)}`;
    expect((await send(collector, { method: 'GET', path: path(7_500) })).status).toBe(200);
    expect((await send(collector, { method: 'GET', path: path(9_000) })).status).toBe(431);
  });

  it('take a GET as large as other collectors take it', async () => {
    const collector = await start();
    const path = `/i?e=ue&ue_px=${'x'.repeat(20_000)}`;
    expect((await send(collector, { method: 'GET', path })).status).toBe(200);
    expect(collector.writer.payloads[0]?.querystring).toBe(path.slice('/i?'.length));
  });

  it('end a connection after its number of requests', async () => {
    const collector = await start({ CONNECTION__MAX_REQUESTS_PER_SOCKET: '2' });
    const pixel = 'GET /i HTTP/1.1\r\nHost: c\r\n\r\n';
    const raw = await sendRaw(
      collector,
      pixel,
      pixel,
      pixel.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'),
    );
    const answers = [...raw.matchAll(/HTTP\/1.1 (\d+) [^]*?Connection: (\S+)/g)];
    expect(answers.map(([, status, connection]) => [status, connection])).toEqual([
      ['200', 'keep-alive'],
      ['200', 'close'],
      ['503', 'close'],
    ]);
    expect(collector.writer.payloads).toHaveLength(2);
  });

  it('end connections that send too slowly, while others are served', async () => {
    const collector = await start({
      CONNECTION__HEADERS_TIMEOUT_MS: '400',
      CONNECTION__REQUEST_TIMEOUT_MS: '800',
    });
    const before = Date.now();
    const slow = [
      sendRaw(collector, ''),
      sendRaw(collector, `POST ${TP2} HTTP/1.1\r\nHost: c\r\n`),
      sendRaw(collector, `POST ${TP2} HTTP/1.1\r\nHost: c\r\nContent-Length: 100\r\n\r\n{"data`),
    ];
    expect((await send(collector, { body: BODY })).status).toBe(200);
    const answers = await Promise.all(slow);
    expect(Date.now() - before).toBeLessThan(4_000);
    expect(answers.slice(1)).toEqual([
      expect.stringContaining('HTTP/1.1 408'),
      expect.stringContaining('HTTP/1.1 408'),
    ]);
    expect(collector.writer.payloads).toHaveLength(1);
  });

  it('keep nothing of a client that goes away in the middle', async () => {
    const collector = await start();
    const socket = connect(collector.port, '127.0.0.1');
    socket.write(`POST ${TP2} HTTP/1.1\r\nHost: c\r\nContent-Length: 100\r\n\r\n{"data`);
    const metrics = async (): Promise<string> =>
      (await send(collector, { method: 'GET', path: '/metrics' })).body.toString();
    await until(async () => /headwater_collector_in_flight_requests\{[^}]*\} 1/.test(await metrics()));
    socket.destroy();
    await until(async () =>
      /requests_total\{(?=[^}]*kind="post")[^}]*code="499"[^}]*\} 1/.test(await metrics()),
    );
    expect(await metrics()).toMatch(/headwater_collector_in_flight_requests\{[^}]*\} 0/);
    expect(collector.writer.records).toEqual([]);
  });

  it('keep what a client sent that went away before its answer', async () => {
    const collector = await start();
    collector.writer.mode = 'hold';
    const socket = connect(collector.port, '127.0.0.1');
    const post = `POST ${TP2} HTTP/1.1\r\nHost: c\r\nContent-Length: 2\r\n\r\n{}`;
    socket.write(`${post}${post}GET /i HTTP/1.1\r\nHost: c\r\n\r\n`);
    await until(() => collector.writer.held.length === 3);
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    collector.writer.mode = 'take';
    for (const letGo of collector.writer.held) letGo();
    await until(() => collector.writer.payloads.length === 3);
    expect((await send(collector, { body: BODY })).status).toBe(200);
    await collector.stop();
    expect(collector.writer.counts).toMatchObject([{ in_count: 4, out_count: 4 }]);
  });

  it.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked'],
    ['a length that is no number', 'Content-Length: 2x'],
    ['an unknown transfer coding', 'Transfer-Encoding: xchunked'],
    ['a folded header', 'X-A: 1\r\n 2\r\nContent-Length: 2x'],
    ['a header without a name', ': 1'],
  ])('let no request through whose end is unclear: %s', async (_case, headers) => {
    const collector = await start();
    const raw = await sendRaw(
      collector,
      `POST ${TP2} HTTP/1.1\r\nHost: c\r\n${headers}\r\n\r\n{}GET /i HTTP/1.1\r\nHost: c\r\n\r\n`,
    );
    expect(raw).toMatch(/^HTTP\/1.1 4\d\d /);
    expect(collector.writer.records).toEqual([]);
  });
});

describe('a visitor', () => {
  const leaky = {
    ...JSON_TYPE,
    'x-forwarded-for': '81.2.69.142, 81.2.69.143',
    forwarded: 'for=81.2.69.142',
    'x-real-ip': '81.2.69.142',
    'cf-connecting-ip': '81.2.69.142',
    cookie: `sp=${COOKIE}; session=secret`,
    authorization: 'Bearer secret',
  };
  const path = `${TP2}?%69%70=81.2.69.142&ip=81.2.69.142&aid=shop`;
  const body = BODY.replace('"e":', '"i\\u0070":"81.2.69.142","e":');

  it('leaves a truncated address only', async () => {
    const collector = await start();
    await send(collector, { path, headers: leaky, body });
    await send(collector, { method: 'GET', path, headers: leaky });
    expect(collector.writer.payloads.map(({ ip_address }) => ip_address)).toEqual(['81.2.69.0', '81.2.69.0']);
    expect(collector.writer.everything).toContain('ip=81.2.69.0');
    expect(collector.writer.everything).not.toMatch(/81\.2\.69\.14|secret/);
  });

  it('leaves nothing when anonymity is asked for, and loses an old cookie', async () => {
    const collector = await start({ COOKIE__ENABLED: 'true' });
    for (const method of ['POST', 'GET']) {
      const reply = await send(collector, {
        method,
        path,
        headers: { ...leaky, 'SP-Anonymous': '*' },
        ...(method === 'POST' ? { body } : {}),
      });
      expect(reply.status).toBe(200);
      expect(reply.headers['set-cookie']).toEqual([
        'sp=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None',
      ]);
    }
    expect(collector.writer.payloads).toHaveLength(2);
    for (const payload of collector.writer.payloads)
      expect(payload).toMatchObject({
        ip_address: null,
        anonymous: true,
        network_userid: '00000000-0000-0000-0000-000000000000',
      });
    await collector.stop();
    expect(collector.writer.everything).not.toMatch(/81\.2\.69|secret|bbbbbbbb-|127\.0\.0\.0/);
  });

  it('gets a cookie where the collector is set to give one', async () => {
    const collector = await start({ COOKIE__ENABLED: 'true', COOKIE__DOMAINS: 'shop.example' });
    const first = await send(collector, { headers: { origin: 'https://www.shop.example' } });
    const id = collector.writer.payloads[0]?.network_userid ?? '';
    expect(first.headers['set-cookie']).toEqual([
      `sp=${id}; Max-Age=31536000; Path=/; Domain=shop.example; HttpOnly; Secure; SameSite=None`,
    ]);
    await send(collector, { headers: { cookie: `sp=${id}` } });
    await send(collector, { path: `${TP2}?nuid=${COOKIE}`, headers: { cookie: `sp=${id}` } });
    expect(collector.writer.payloads.slice(1).map((payload) => payload.network_userid)).toEqual([id, COOKIE]);
  });

  it('is not found behind proxies further than they are trusted', async () => {
    const collector = await start({ ADDRESS__TRUSTED_PROXIES: '1' });
    await send(collector, { headers: { 'x-forwarded-for': '6.6.6.6, 81.2.69.142' } });
    expect(collector.writer.payloads[0]?.ip_address).toBe('81.2.69.0');
  });
});

describe('a browser', () => {
  const origin = 'https://shop.example';

  it.each([TP2, '/i', '/anything', '/a/b/c'])('may ask whether it may send to %s', async (path) => {
    const collector = await start({ CORS__HEADERS: 'X-Tenant' });
    const reply = await send(collector, {
      method: 'OPTIONS',
      path,
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,sp-anonymous,x-gitlab-appid',
      },
    });
    expect(reply).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers':
        'Content-Type, SP-Anonymous, X-GitLab-AppId, X-Headwater-Key, X-Headwater-Strict, X-Tenant',
      'access-control-max-age': '3600',
      vary: 'Origin',
    });
    expect(collector.writer.records).toEqual([]);
  });

  it.each([
    ['200', 'POST', TP2, 'take'],
    ['200', 'GET', '/i', 'take'],
    ['503', 'POST', TP2, 'refuse'],
  ] as const)('may read the answer %s to %s %s', async (status, method, path, mode) => {
    const collector = await start();
    collector.writer.mode = mode;
    const reply = await send(collector, { method, path, headers: { origin } });
    expect(reply.status).toBe(Number(status));
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
  });

  it('of another site may not, once sites are listed', async () => {
    const collector = await start({ CORS__ORIGINS: 'https://shop.example,https://blog.example' });
    for (const stranger of ['https://evil.example', 'https://shop.example.evil.example', 'null']) {
      const reply = await send(collector, { method: 'OPTIONS', headers: { origin: stranger } });
      expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
      expect(reply.headers).not.toHaveProperty('access-control-allow-credentials');
      expect(reply.headers.vary).toBe('Origin');
    }
    const reply = await send(collector, { headers: { origin: 'https://blog.example' } });
    expect(reply.headers['access-control-allow-origin']).toBe('https://blog.example');
  });

  it('cannot make the collector repeat what would end a header', async () => {
    const collector = await start();
    const raw = await sendRaw(
      collector,
      'GET /i?nuid=a%0d%0aX-Evil:1 HTTP/1.1\r\nHost: c\r\nOrigin: https://a"b\tX-Evil:1\r\nCookie: sp=x\tX-Evil:1\r\nConnection: close\r\n\r\n',
    );
    expect(raw).toMatch(/^HTTP\/1.1 200/);
    expect(raw).not.toMatch(/evil/i);
  });
});

describe('everyone else', () => {
  it.each([
    ['GET', '/health', 200, 'ok'],
    ['GET', '/sink-health', 200, 'ok'],
    ['GET', '/health/live', 200, '{"status":"ok"}'],
    ['GET', '/health/ready', 200, '{"status":"ok"}'],
    ['GET', '/robots.txt', 200, 'User-agent: *\nDisallow: /\n'],
    ['GET', '/', 404, 'Trackers POST to /com.snowplowanalytics.snowplow/tp2'],
    ['GET', '/crossdomain.xml', 404, 'Nothing is served at /crossdomain.xml'],
    ['GET', '/a/b/c', 404, 'Trackers POST to'],
    ['GET', '/health/other', 404, 'Trackers POST to'],
    ['GET', '/r/tp2?u=https%3A%2F%2Fevil.example', 404, 'redirects disabled'],
    ['POST', '/r/tp2', 404, 'Events are not taken at this path'],
    ['POST', '/a/b/', 404, 'Events are not taken at this path'],
    ['GET', '/a/b/', 404, 'Trackers POST to'],
    ['POST', '/', 404, 'Events are not taken at this path'],
    ['POST', '/tp2', 404, 'Events are not taken at this path'],
    ['POST', '/health/live', 404, 'Events are not taken at this path'],
    ['PUT', TP2, 405, 'Use POST'],
    ['DELETE', '/', 405, 'Use POST'],
  ])('gets for %s %s %i', async (method, path, status, text) => {
    const collector = await start();
    const reply = await send(collector, {
      method,
      path,
      ...(method === 'POST' ? { body: '{not json' } : {}),
    });
    expect(reply.status).toBe(status);
    expect(reply.body.toString()).toContain(text);
    expect(collector.writer.records).toEqual([]);
  });

  it('sees that the collector is not ready before it has reached its broker, and alive all the same', async () => {
    const collector = await start();
    collector.writer.mode = 'refuse';
    const status = async (path: string): Promise<number> =>
      (await send(collector, { method: 'GET', path })).status;
    expect(await status('/health/ready')).toBe(503);
    expect(await status('/health')).toBe(503);
    expect(await status('/sink-health')).toBe(503);
    expect(await status('/health/live')).toBe(200);
    const { body } = await send(collector, { method: 'GET', path: '/health/ready' });
    expect(JSON.parse(body.toString())).toMatchObject({
      reasons: {
        broker:
          'There is no connection to Kafka at kafka-0:9092. Until then trackers are answered 503 and keep their events.',
      },
    });
  });

  it('sees that the collector stays in its Service while the broker is gone, to say so to the trackers', async () => {
    const collector = await start();
    const status = async (path: string): Promise<number> =>
      (await send(collector, { method: 'GET', path })).status;
    expect(await status('/health/ready')).toBe(200);
    collector.writer.mode = 'refuse';
    expect(await status('/health/ready')).toBe(200);
    expect(await status('/health')).toBe(200);
    expect(await status('/sink-health')).toBe(503);
    expect(await send(collector, { body: BODY })).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.any(String) as string },
    });
  });

  it('finds the answers in the metrics', async () => {
    const collector = await start();
    await send(collector, { body: BODY });
    await send(collector, { body: BODY });
    await send(collector, { method: 'OPTIONS' });
    await sendRaw(collector, 'no http\r\n\r\n');
    collector.writer.mode = 'refuse';
    await send(collector, { method: 'GET', path: '/i' });
    const metrics = (await send(collector, { method: 'GET', path: '/metrics' })).body.toString();
    const counted = (kind: string, code: number): RegExp =>
      new RegExp(
        `^headwater_collector_requests_total\\{kind="${kind}",code="${String(code)}",.*\\} (\\d+)`,
        'm',
      );
    expect(counted('post', 200).exec(metrics)?.[1]).toBe('2');
    expect(counted('preflight', 200).exec(metrics)?.[1]).toBe('1');
    expect(counted('pixel', 503).exec(metrics)?.[1]).toBe('1');
    expect(counted('broken', 400).exec(metrics)?.[1]).toBe('1');
    expect(metrics).toMatch(/headwater_collector_acknowledgement_seconds_count\{[^}]*\} 2/);
  });
});

describe('a stop', () => {
  it('finishes what was accepted, in order, and takes nothing new', async () => {
    const collector = await start({ CONNECTION__DRAIN_DELAY_MS: '200' });
    const { writer } = collector;
    writer.mode = 'hold';
    const early = send(collector, { body: BODY, headers: { connection: 'keep-alive' } });
    await until(() => writer.held.length === 1);
    const stopped = collector.stop();
    const ready = await send(collector, { method: 'GET', path: '/health/ready' });
    expect(ready.status).toBe(503);
    expect(ready.body.toString()).toContain('drain');
    const late = send(collector, { body: BODY, headers: { connection: 'keep-alive' } });
    await until(() => writer.held.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await expect(send(collector, { body: BODY })).rejects.toThrow('ECONNREFUSED');
    expect(writer.drained).toBe(false);
    writer.mode = 'take';
    for (const letGo of writer.held) letGo();
    for (const reply of [await early, await late]) {
      expect(reply.status).toBe(200);
      expect(reply.headers.connection).toBe('close');
    }
    await stopped;
    expect(writer.drained).toBe(true);
    expect(writer.payloads).toHaveLength(2);
    expect(writer.counts).toMatchObject([{ in_count: 2, out_count: 2 }]);
  });

  it('does not wait for connections on which nothing was sent', async () => {
    const collector = await start();
    const idle = connect(collector.port, '127.0.0.1');
    await new Promise((resolve) => idle.on('connect', resolve));
    const before = Date.now();
    await collector.stop();
    expect(Date.now() - before).toBeLessThan(2_000);
    idle.destroy();
  });

  it('leaves counts that close: in = out + failed + dropped, and every answer', async () => {
    const collector = await start({ BODY__MAX_BYTES: '1000', BODY__DROP_BYTES: '2000' });
    const { writer } = collector;
    await send(collector, { body: BODY });
    await send(collector, { method: 'GET', path: '/i' });
    await send(collector, { method: 'OPTIONS' });
    await send(collector, { body: Buffer.alloc(1_500, 'x') });
    await send(collector, { body: Buffer.alloc(2_500, 'x') });
    await send(collector, { body: BODY, headers: { 'sec-gpc': '1' } });
    writer.mode = 'refuse';
    await send(collector, { body: BODY });
    writer.mode = 'take';
    await collector.stop();
    expect(countsOf(collector)).toEqual({
      in: 5,
      out: writer.payloads.length,
      failed: { size_violation: writer.failed.length },
      dropped: { global_privacy_control: 1 },
      codes: { 200: 5, 503: 1 },
    });
    expect(writer.counts[0]).toMatchObject({
      app_id: '*',
      stage: 'collector',
      series: 'total',
      unit: 'payload',
    });
  });
});
