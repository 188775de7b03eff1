import { gzipSync } from 'node:zlib';
import { readRegistry } from '@headwater/apps';
import { createEnricher, createPseudonyms } from '@headwater/enrichment';
import { SchemaResolver, type SchemaSource } from '@headwater/validation';
import { createJudge } from '@headwater/verdict';
import { countsOf, send, startCollector, TP2, type Send, type TestCollector } from './collector.fixture';
import type { StrictJudge, StrictRefusal } from './strict';

jest.setTimeout(20_000);

const order = {
  self: { vendor: 'com.acme', name: 'order', format: 'jsonschema', version: '1-0-0' },
  type: 'object',
  properties: { total: { type: 'number' } },
  required: ['total'],
};
const acme: SchemaSource = {
  name: 'acme',
  priority: 0,
  vendorPrefixes: [],
  fetch: ({ vendor }) =>
    Promise.resolve(vendor === 'com.acme' ? { kind: 'found', document: order } : { kind: 'missing' }),
};
const down: SchemaSource = {
  ...acme,
  fetch: () => Promise.resolve({ kind: 'unreachable', reason: 'it does not answer' }),
};
const judgeOver = (source: SchemaSource): StrictJudge =>
  createJudge({
    processor: 'headwater-collector/test',
    enricher: createEnricher({
      processor: 'headwater-collector/test',
      lookUps: {
        countryOf: () => null,
        pseudonyms: createPseudonyms([{ id: 'test', secret: 'x'.repeat(32) }]),
        markedPaths: () => [],
      },
    }),
    resolver: new SchemaResolver({
      sources: [source],
      maxSchemas: 10,
      foundTtlMs: 60_000,
      missingTtlMs: 60_000,
      clock: () => 0,
    }),
  });

const pageView = (known: object = {}): object => ({ e: 'pv', p: 'web', tv: 'js-4', aid: 'shop', ...known });
const ordered = (data: object): object =>
  pageView({
    e: 'ue',
    ue_pr: JSON.stringify({
      schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
      data: { schema: 'iglu:com.acme/order/jsonschema/1-0-0', data },
    }),
  });
const SCHEMA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const posting = (...events: readonly object[]): Send => ({
  headers: { 'content-type': 'application/json', 'x-headwater-strict': '1' },
  body: JSON.stringify({ schema: SCHEMA, data: events }),
});
const bad = posting(
  pageView(),
  ordered({ total: 'one' }),
  ordered({ total: 1 }),
  pageView({ res: 'wide', p: 'moon' }),
);

let collector: TestCollector;
const start = async (
  env: Record<string, string> = { STRICT__ENABLED: 'true' },
  source = acme,
): Promise<TestCollector> => (collector = await startCollector(env, { openJudge: () => judgeOver(source) }));
afterEach(async () => {
  if (!collector.writer.drained) await collector.stop();
});
const refusalIn = (body: Buffer): StrictRefusal => JSON.parse(body.toString()) as StrictRefusal;

describe('strict mode', () => {
  it('answers 422 with each bad event, its place and all its reasons, and stores nothing', async () => {
    await start();
    const { status, headers, body } = await send(collector, {
      ...bad,
      headers: { ...bad.headers, origin: 'https://shop.example' },
    });
    expect(status).toBe(422);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=UTF-8',
      'access-control-allow-origin': 'https://shop.example',
    });
    const { accepted, events, problems } = refusalIn(body);
    expect({ accepted, events }).toEqual({ accepted: false, events: { ok: 2, failed: 2, dropped: 0 } });
    expect(problems.map(({ index, type, field }) => [index, type, field])).toEqual([
      [1, 'schema_violation', 'unstruct_event'],
      [3, 'tracker_protocol_violation', 'p'],
      [3, 'tracker_protocol_violation', 'res'],
    ]);
    expect(problems[0]).toMatchObject({
      schema: 'iglu:com.acme/order/jsonschema/1-0-0',
      path: '/total',
      keyword: 'type',
      reason: expect.stringMatching(/number/) as string,
    });
    await collector.stop();
    expect(collector.writer.records.filter(({ topic }) => topic !== 'stage-counts')).toEqual([]);
    expect(countsOf(collector)).toMatchObject({ in: 0, out: 0, codes: { 422: 1 } });
  });

  it('answers 200 and stores what is good', async () => {
    await start();
    const reply = await send(collector, posting(pageView(), ordered({ total: 1 })));
    expect([reply.status, reply.body.toString()]).toEqual([200, 'ok']);
    expect(collector.writer.payloads).toHaveLength(1);
  });

  it('answers 422 to a bad GET', async () => {
    await start();
    const headers = { 'x-headwater-strict': '1' };
    const reply = await send(collector, { method: 'GET', path: '/i?e=pv&p=web&tv=t&res=wide', headers });
    expect(reply.status).toBe(422);
    expect(refusalIn(reply.body).problems).toMatchObject([{ index: 0, field: 'res' }]);
    expect(
      (await send(collector, { method: 'GET', path: '/i?e=pv&p=web&tv=t', headers })).headers['content-type'],
    ).toBe('image/gif');
  });

  it.each([
    ['is no JSON', '{not json', 'payload_format_violation'],
    ['has no wrapper', '{"e":"pv"}', 'tracker_protocol_violation'],
    ['has no events', `{"schema":"${SCHEMA}","data":[]}`, 'tracker_protocol_violation'],
  ])('answers 400 to a body that %s', async (_case, body, type) => {
    await start();
    const reply = await send(collector, { ...bad, body });
    expect(reply.status).toBe(400);
    expect(refusalIn(reply.body).problems).toMatchObject([{ index: null, type }]);
    expect(collector.writer.records).toEqual([]);
  });

  it.each([
    ['is not the gzip that it says it is', 'gzip', 'x'.repeat(100), 'payload_format_violation'],
    ['is in an encoding that is not read', 'br', 'x'.repeat(100), 'payload_format_violation'],
    ['is a bomb', 'gzip', gzipSync(Buffer.alloc(4_000_000)), 'size_violation'],
    ['is larger than any', 'identity', 'x'.repeat(6_000_000), 'size_violation'],
    ['cannot be split', 'identity', 'x'.repeat(2_000_000), 'size_violation'],
  ])('answers 400 to a body that %s, and stores nothing', async (_case, encoding, body, type) => {
    await start();
    const headers = { ...bad.headers, 'content-encoding': encoding };
    const reply = await send(collector, { headers, body });
    expect([reply.status, reply.headers['content-type']]).toEqual([400, 'application/json; charset=UTF-8']);
    expect(refusalIn(reply.body)).toMatchObject({
      accepted: false,
      events: { ok: 0, failed: 1, dropped: 0 },
      problems: [{ index: null, type }],
    });
    expect(collector.writer.records).toEqual([]);
    expect((await send(collector, { headers: { 'content-encoding': encoding }, body })).status).toBe(200);
    expect(collector.writer.failed).toHaveLength(1);
  });

  it('places the problems of a body that is split where they were sent', async () => {
    await start();
    const events = Array.from({ length: 3_000 }, (_, n) =>
      pageView({ page: 'x'.repeat(500), ...(n === 2_900 ? { res: 'wide' } : {}) }),
    );
    const reply = await send(collector, posting(...events, pageView({ page: 'x'.repeat(1_100_000) })));
    expect(reply.status).toBe(422);
    expect(refusalIn(reply.body).problems).toMatchObject([
      { index: 2_900, field: 'res' },
      { index: 3_000, type: 'size_violation' },
    ]);
    expect(collector.writer.records).toEqual([]);
  });

  it('stores a body that is split and good', async () => {
    await start();
    const events = Array.from({ length: 3_000 }, () => pageView({ page: 'x'.repeat(500) }));
    expect((await send(collector, posting(...events))).status).toBe(200);
    expect(collector.writer.payloads).toHaveLength(2);
  });

  it('answers 503 while a registry is down: nobody can say', async () => {
    await start({ STRICT__ENABLED: 'true' }, down);
    const reply = await send(collector, posting(ordered({ total: 1 })));
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5']);
    expect(collector.writer.records).toEqual([]);
  });

  it('shows nothing of who is behind an address', async () => {
    await start();
    const reply = await send(collector, posting(pageView({ res: '81.2.69.142', ip: '81.2.69.142' })));
    expect(reply.status).toBe(422);
    expect(reply.body.toString()).not.toContain('81.2.69');
  });

  it.each([
    ['the header is not there', { STRICT__ENABLED: 'true' }, {}],
    ['the header has another value', { STRICT__ENABLED: 'true' }, { 'x-headwater-strict': '0' }],
    ['it is switched off', {}, { 'x-headwater-strict': '1' }],
  ])('is not there where %s', async (_case, env, headers) => {
    await start(env);
    const reply = await send(collector, { ...bad, headers });
    expect([reply.status, reply.body.toString()]).toEqual([200, 'ok']);
    expect(collector.writer.payloads).toHaveLength(1);
  });

  it('is on for an app that the registry says so of, without the header', async () => {
    const registry = readRegistry({ apps: [{ id: 'shop', strict: true }, { id: 'blog' }] });
    if (!('apps' in registry)) throw new Error(registry.join('\n'));
    collector = await startCollector({}, { openJudge: () => judgeOver(acme), readApps: () => registry });
    const plain = { body: bad.body ?? '', headers: { 'content-type': 'application/json' } };
    expect((await send(collector, { ...plain, path: `${TP2}?aid=shop` })).status).toBe(422);
    expect((await send(collector, { ...plain, path: `${TP2}?aid=blog` })).status).toBe(200);
  });
});
