import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { countsOf, send, startCollector, TP2, type TestCollector } from './collector.fixture';

jest.setTimeout(20_000);

const SCHEMA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const bodyOf = (...events: readonly object[]): string => JSON.stringify({ schema: SCHEMA, data: events });
const BODY = bodyOf({ e: 'pv', p: 'web', tv: 'js-4.0' });
const GZIP = { 'content-type': 'application/json', 'content-encoding': 'gzip' };

let collector: TestCollector;
const start = async (env: Record<string, string> = {}): Promise<TestCollector> =>
  (collector = await startCollector(env));
afterEach(async () => {
  if (!collector.writer.drained) {
    collector.writer.mode = 'take';
    await collector.stop();
  }
});

describe('a compressed body', () => {
  it.each([
    ['gzip', gzipSync(BODY)],
    ['x-gzip', gzipSync(BODY)],
    ['GZIP', gzipSync(BODY)],
    ['gzip', Buffer.concat([gzipSync(BODY.slice(0, 40)), gzipSync(BODY.slice(40))])],
    ['identity', Buffer.from(BODY)],
  ])('is read from %s', async (encoding, body) => {
    await start();
    const reply = await send(collector, { headers: { ...GZIP, 'content-encoding': encoding }, body });
    expect(reply).toMatchObject({ status: 200, body: Buffer.from('ok') });
    expect(collector.writer.payloads.map((payload) => payload.body?.toString())).toEqual([BODY]);
  });

  it('may be empty', async () => {
    await start();
    await send(collector, { path: `${TP2}?e=pv`, headers: GZIP });
    await send(collector, { path: `${TP2}?e=pv`, headers: GZIP, body: gzipSync('') });
    expect(collector.writer.payloads.map(({ body }) => body)).toEqual([null, null]);
  });

  it.each([
    ['that is none', 'gzip', Buffer.from(BODY), 'cut off or not in the encoding'],
    ['that is cut off', 'gzip', gzipSync(BODY).subarray(0, 40), 'cut off or not in the encoding'],
    [
      'whose checksum is wrong',
      'gzip',
      Buffer.concat([gzipSync(BODY).subarray(0, -8), Buffer.alloc(8)]),
      'cut off',
    ],
    ['in brotli', 'br', brotliCompressSync(BODY), 'an encoding that is not read here'],
    ['in deflate', 'deflate', deflateSync(BODY), 'an encoding that is not read here'],
    ['in two layers', 'gzip, gzip', gzipSync(gzipSync(BODY)), 'an encoding that is not read here'],
  ])('%s is answered 200, and found among the failed events', async (_case, encoding, body, message) => {
    await start();
    const reply = await send(collector, {
      path: `${TP2}?aid=shop`,
      headers: { 'content-encoding': encoding, 'user-agent': 'tracker/1 (81.2.69.142)' },
      body,
    });
    expect(reply).toMatchObject({ status: 200, body: Buffer.from('ok') });
    expect(collector.writer.payloads).toEqual([]);
    expect(collector.writer.failed).toMatchObject([
      {
        stage: 'collector',
        app_id: 'shop',
        failure_type: 'payload_format_violation',
        failures: [
          { field: 'content_encoding', value: encoding, message: expect.stringContaining(message) as string },
        ],
        useragent: 'tracker/1 ([address])',
        payload: null,
        replayable: false,
      },
    ]);
  });

  const zeros = gzipSync(Buffer.alloc(100_000_000), { level: 1 });
  it.each([
    ['one layer', zeros],
    ['many members', Buffer.concat(Array.from({ length: 40 }, () => gzipSync(Buffer.alloc(1_000_000))))],
    ['JSON of one letter', gzipSync(`{"data":["${'a'.repeat(20_000_000)}"]}`)],
  ])('that is a bomb is stopped, and memory stays flat: %s', async (_case, body) => {
    await start();
    await send(collector, { headers: GZIP, body: gzipSync(BODY) });
    const before = process.memoryUsage().rss;
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => send(collector, { headers: GZIP, body })),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    const statuses = replies.map(({ status }) => status);
    for (const status of statuses) expect([200, 503]).toContain(status);
    expect(collector.writer.failed).toHaveLength(statuses.filter((status) => status === 200).length);
    for (const event of collector.writer.failed) expect(event.failure_type).toBe('size_violation');
    const metrics = await send(collector, { method: 'GET', path: '/metrics' });
    expect(metrics.body.toString()).toMatch(/headwater_collector_receiving_bytes\{[^}]*\} 0/);
  });

  it.each([
    ['harmless, whatever its ratio', 60 * 1_024, '100', []],
    ['above its ratio', 99_000, '100', ['more than 100 times as many']],
    ['within a ratio that is configured', 99_000, '1000', []],
  ])('that is %s has its end accordingly', async (_case, size, times, messages) => {
    await start({ BODY__MAX_INFLATION: times });
    const reply = await send(collector, {
      headers: GZIP,
      body: gzipSync(`{"data":["${'a'.repeat(size)}"]}`),
    });
    expect(reply.status).toBe(200);
    expect(collector.writer.payloads).toHaveLength(1 - messages.length);
    expect(collector.writer.failed.map(({ failures }) => failures?.[0]?.message)).toEqual(
      messages.map((message) => expect.stringContaining(message) as string),
    );
  });

  it('leaves a truncated address only', async () => {
    await start();
    await send(collector, { headers: GZIP, body: gzipSync(BODY.replace('"e":', '"ip":"81.2.69.142","e":')) });
    expect(collector.writer.payloads[0]?.body?.toString()).toBe(
      BODY.replace('"e":', '"ip":"81.2.69.0","e":'),
    );
  });
});

describe('a body that is too large for one record', () => {
  const event = (n: number, size = 900): object => ({
    e: 'pv',
    p: 'web',
    tv: 't',
    eid: String(n),
    page: 'x'.repeat(size),
  });
  const many = (count: number, size?: number): readonly object[] =>
    Array.from({ length: count }, (_, n) => event(n, size));
  const idsIn = (): readonly string[] =>
    collector.writer.payloads.flatMap(({ body }) =>
      (JSON.parse(body?.toString() ?? '') as { data: { eid: string }[] }).data.map(({ eid }) => eid),
    );

  it.each([
    ['1.02 MB', 1_075],
    ['1.5 MB', 1_600],
    ['4.9 MB', 5_200],
  ])('of %s of small events is split, and none is lost', async (_case, count) => {
    await start();
    const reply = await send(collector, { path: `${TP2}?aid=shop`, body: bodyOf(...many(count)) });
    expect(reply).toMatchObject({ status: 200, body: Buffer.from('ok') });
    expect(collector.writer.failed).toEqual([]);
    expect(idsIn()).toEqual(Array.from({ length: count }, (_, n) => String(n)));
    const { payloads } = collector.writer;
    expect(new Set(payloads.map(({ payload_id }) => payload_id)).size).toBe(payloads.length);
    for (const { body, querystring, network_userid } of payloads) {
      expect(body?.length).toBeLessThanOrEqual(1_048_576);
      expect({ querystring, network_userid }).toEqual({
        querystring: 'aid=shop',
        network_userid: payloads[0]?.network_userid,
      });
    }
    await collector.stop();
    expect(countsOf(collector)).toMatchObject({
      in: payloads.length,
      out: payloads.length,
      codes: { 200: 1 },
    });
  });

  it('loses only the event that is too large itself', async () => {
    await start();
    const events = [...many(500), event(500, 1_200_000), event(501)];
    await send(collector, { path: `${TP2}?aid=shop`, body: bodyOf(...events) });
    expect(idsIn()).toEqual([...many(500).keys(), 501].map(String));
    expect(collector.writer.failed).toMatchObject([
      {
        failure_type: 'size_violation',
        app_id: 'shop',
        payload_index: 500,
        payload: null,
        replayable: false,
      },
    ]);
    expect(JSON.stringify(collector.writer.failed)).not.toContain('xxxx');
  });

  it('above the drop limit is one failed event', async () => {
    await start();
    const reply = await send(collector, { body: bodyOf(...many(6_000)) });
    expect(reply.status).toBe(200);
    expect(collector.writer.payloads).toEqual([]);
    expect(collector.writer.failed).toMatchObject([
      {
        failure_type: 'size_violation',
        payload_index: null,
        failures: [{ expectation: 'at most 5242880 bytes' }],
      },
    ]);
  });

  it('is answered 503 where the broker has only a part of it, and what it has is counted', async () => {
    await start();
    collector.writer.mode = 'refuse';
    collector.writer.takesFirst = 2;
    const reply = await send(collector, { body: bodyOf(...many(4_000)) });
    expect(reply.status).toBe(503);
    expect(collector.writer.payloads).toHaveLength(2);
    collector.writer.mode = 'take';
    await collector.stop();
    expect(countsOf(collector)).toMatchObject({ in: 2, out: 2, codes: { 503: 1 } });
  });

  it('is not written any further once the broker has refused a part', async () => {
    await start();
    collector.writer.mode = 'refuse';
    const writes = jest.spyOn(collector.writer, 'write');
    const reply = await send(collector, { body: bodyOf(event(0, 1_200_000), ...many(3_500)) });
    expect(reply.status).toBe(503);
    const written = writes.mock.calls.map(([topic]) => topic.name).filter((name) => name !== 'stage-counts');
    expect(written).toEqual(['collector-payloads']);
  });

  it('has its failed events written once all else is stored', async () => {
    await start();
    collector.writer.mode = 'refuse';
    collector.writer.takesFirst = 1;
    const body = bodyOf(event(0, 1_200_000), ...many(2_000));
    expect((await send(collector, { body })).status).toBe(503);
    expect(collector.writer.failed).toEqual([]);
    collector.writer.takesFirst = 2;
    expect((await send(collector, { body })).status).toBe(503);
    expect(collector.writer.failed).toEqual([]);
    collector.writer.mode = 'take';
    expect((await send(collector, { body })).status).toBe(200);
    expect((await send(collector, { body })).status).toBe(200);
    expect(collector.writer.failed).toHaveLength(2);
    expect(new Set(collector.writer.failed.map(({ failed_id }) => failed_id)).size).toBe(1);
  });

  it('may be a small body with large headers', async () => {
    await start({ BODY__MAX_BYTES: '2000000', CONNECTION__MAX_HEADER_BYTES: '65536' });
    const path = `${TP2}?aid=shop&page=${'x'.repeat(40_000)}`;
    expect((await send(collector, { path, body: bodyOf(...many(1_900)) })).status).toBe(200);
    expect(idsIn()).toHaveLength(1_900);
    expect(collector.writer.payloads).toHaveLength(2);
  });
});
