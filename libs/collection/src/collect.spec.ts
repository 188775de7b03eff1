import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { truncateAddress } from './address';
import { BOUNCED_ID } from './bounce';
import { collect, type Circumstances, type CollectionPolicy } from './collect';
import { ANONYMOUS_ID } from './network-user-id';
import type { TrackingRequest } from './tracking-request';

const ADDRESS = '81.2.69.142';
const COOKIE = 'bbbbbbbb-0000-4000-8000-00000000000b';
const FRESH = 'cccccccc-0000-4000-8000-00000000000c';
const circumstances: Circumstances = {
  now: 1_700_000_000_000,
  payloadId: 'the-payload',
  newId: () => FRESH,
  app: null,
  anonymous: false,
};
const policy: CollectionPolicy = {
  processor: 'headwater-collector/1.0.0',
  address: { trustedProxies: null, header: 'any' },
  cookie: {
    enabled: true,
    name: 'sp',
    clientName: null,
    maxAgeSeconds: 60,
    domains: [],
    fallbackDomain: null,
    sameSite: 'None',
    secure: true,
  },
  bounce: null,
  keptCookies: [],
  maximumBodyBytes: 1_000_000,
  maximumRecordBytes: 1_500_000,
};
const request: TrackingRequest = {
  method: 'POST',
  path: '/com.snowplowanalytics.snowplow/tp2',
  askedPath: '/com.snowplowanalytics.snowplow/tp2',
  asksFor: 'ok',
  querystring: null,
  headers: {
    host: 'collector.example',
    'user-agent': 'Mozilla/5.0',
    referer: 'https://shop.example/',
    'content-type': 'application/json; charset=UTF-8',
    origin: 'https://shop.example',
    cookie: `sp=${COOKIE}; session=secret`,
    'x-forwarded-for': `${ADDRESS}, 10.1.1.1`,
    'x-real-ip': ADDRESS,
  },
  body: Buffer.from('{"data":[{"e":"pv"}]}'),
  socketAddress: '::ffff:10.2.2.2',
};

/** Everything that would reach Kafka, as one text. */
const written = (of: TrackingRequest, by = policy): string => {
  const collected = collect(of, by, circumstances);
  if (collected.kind === 'bounced') return '';
  if (collected.kind === 'failed') return JSON.stringify(collected.event);
  const parts = collected.kind === 'ok' ? [collected] : [...collected.parts];
  return parts
    .map((part) => {
      if (part.kind === 'failed') return JSON.stringify(part.event);
      const { body, ...fields } = part.payload;
      return `${JSON.stringify(fields)} ${body?.toString('latin1') ?? ''}`;
    })
    .join(' ');
};

describe('collect', () => {
  it('makes one payload of a request', () => {
    expect(collect(request, policy, circumstances)).toEqual({
      kind: 'ok',
      payload: {
        payload_id: 'the-payload',
        collector_tstamp: 1_700_000_000_000,
        collector: 'headwater-collector/1.0.0',
        method: 'POST',
        path: '/com.snowplowanalytics.snowplow/tp2',
        querystring: null,
        content_type: 'application/json; charset=UTF-8',
        body: request.body,
        hostname: 'collector.example',
        ip_address: '81.2.69.0',
        user_agent: 'Mozilla/5.0',
        referer: 'https://shop.example/',
        headers: { origin: 'https://shop.example' },
        network_userid: COOKIE,
        anonymous: false,
        cookies: null,
        app: null,
      },
      setCookies: [`sp=${COOKIE}; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=None`],
    });
  });

  it.each(['*', '', 'anything'])('leaves nothing of a visitor who sends SP-Anonymous: %j', (value) => {
    const anonymous = {
      ...request,
      querystring: `nuid=${COOKIE}&ip=${ADDRESS}&e=pv`,
      body: Buffer.from(`{"data":[{"e":"pv","ip":"${ADDRESS}"}]}`),
      headers: { ...request.headers, 'sp-anonymous': value },
    };
    const collected = collect(anonymous, policy, circumstances);
    expect(collected).toMatchObject({
      kind: 'ok',
      payload: {
        ip_address: null,
        network_userid: ANONYMOUS_ID,
        anonymous: true,
        body: Buffer.from('{"data":[{"e":"pv"}]}'),
      },
      setCookies: ['sp=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None'],
    });
    expect(written(anonymous)).not.toMatch(/81\.2\.69|10\.[12]\./);
    expect(written({ ...anonymous, querystring: null })).not.toContain(COOKIE);
  });

  it('turns what no record can hold, and nothing can split, into a failed event with its sizes and no content', () => {
    const large = { ...request, body: Buffer.from('secret '.repeat(1_000)) };
    const collected = collect(large, { ...policy, maximumRecordBytes: 5_000 }, circumstances);
    expect(collected).toMatchObject({
      kind: 'failed',
      event: {
        stage: 'collector',
        app_id: 'unknown',
        failure_type: 'size_violation',
        payload_id: 'the-payload',
        collector_tstamp: 1_700_000_000_000,
        replayable: false,
        payload: null,
        failures: [
          { value: '7000', expectation: expect.stringMatching(/^at most 4\d\d\d bytes$/) as string },
        ],
      },
    });
    expect(JSON.stringify(collected)).not.toContain('secret');
  });

  it('splits what no record can hold, and fails only the event that is too large', () => {
    const events = [{ e: 'pv' }, { e: 'pv', page: 'secret '.repeat(1_000) }, { e: 'pp', ip: ADDRESS }];
    const large = {
      ...request,
      querystring: 'aid=shop',
      body: Buffer.from(JSON.stringify({ schema: 's', data: events })),
    };
    const collected = collect(large, { ...policy, maximumRecordBytes: 5_000 }, circumstances);
    const parts = collected.kind === 'split' ? [...collected.parts] : [];
    expect(parts).toMatchObject([
      {
        kind: 'ok',
        firstIndex: 0,
        payload: { payload_id: 'the-payload', body: Buffer.from('{"schema":"s","data":[{"e":"pv"}]}') },
      },
      {
        kind: 'ok',
        firstIndex: 2,
        payload: {
          payload_id: expect.stringMatching(/^[\da-f-]{36}$/) as string,
          querystring: 'aid=shop',
          ip_address: '81.2.69.0',
          network_userid: COOKIE,
          body: Buffer.from('{"schema":"s","data":[{"e":"pp","ip":"81.2.69.0"}]}'),
        },
      },
      {
        kind: 'failed',
        event: {
          failure_type: 'size_violation',
          app_id: 'shop',
          payload_id: 'the-payload',
          payload_index: 1,
        },
      },
    ]);
    expect(JSON.stringify(parts)).not.toContain('secret');
    const again = collect(large, { ...policy, maximumRecordBytes: 5_000 }, circumstances);
    expect(again.kind === 'split' ? [...again.parts] : []).toEqual(parts);
  });

  it('writes no full address of a body that is split', () => {
    const events = Array.from({ length: 50 }, () => ({ ip: ADDRESS, page: 'x'.repeat(100) }));
    const large = { ...request, body: Buffer.from(JSON.stringify({ ip: ADDRESS, data: events })) };
    for (const maximum of [{ maximumBodyBytes: 1_000 }, { maximumRecordBytes: 3_000 }])
      for (const anonymous of [false, true]) {
        const collected = collect(large, { ...policy, ...maximum }, { ...circumstances, anonymous });
        const parts = collected.kind === 'split' ? [...collected.parts] : [];
        const bodies = parts.map((part) => (part.kind === 'ok' ? String(part.payload.body) : ''));
        expect(bodies.length).toBeGreaterThan(1);
        expect(bodies.join('').match(/"page"/g)).toHaveLength(50);
        expect(bodies.join('')).not.toContain(ADDRESS);
        expect(bodies.join('').includes('"ip"')).toBe(!anonymous);
      }
  });

  it('splits no body of another path: what it means is not known here', () => {
    const body = Buffer.from(JSON.stringify({ data: Array.from({ length: 1_000 }, () => ({ e: 'pv' })) }));
    const large = { ...request, path: '/com.snowplowanalytics.iglu/v1', body };
    expect(collect(large, { ...policy, maximumRecordBytes: 5_000 }, circumstances).kind).toBe('failed');
  });

  it.each([
    ['splits it', null, 'split'],
    ['splits it also with parameters', 'aid=shop&e=', 'split'],
    ['takes the event of the query string, so that all of it is too large', 'e=pv', 'failed'],
    ['reads that in escapes', '%65=pv', 'failed'],
  ])('for a body of version 1 %s', (_case, querystring, kind) => {
    const body = Buffer.from(JSON.stringify({ data: Array.from({ length: 1_000 }, () => ({ e: 'pv' })) }));
    const large = { ...request, path: '/com.snowplowanalytics.snowplow/tp1', querystring, body };
    expect(collect(large, { ...policy, maximumRecordBytes: 5_000 }, circumstances).kind).toBe(kind);
  });

  it('keeps no key that a request was admitted for', () => {
    const keyed = { ...request, headers: { ...request.headers, 'x-gitlab-appid': 'key-of-shop' } };
    const collected = collect(keyed, policy, { ...circumstances, app: 'shop' });
    expect(JSON.stringify(collected)).not.toContain('key-of-shop');
  });

  it('gives what is too large the same id when it comes again, in another request', () => {
    const idsOf = (body: string, payloadId: string): readonly string[] => {
      const large = { ...request, body: Buffer.from(body) };
      const collected = collect(
        large,
        { ...policy, maximumRecordBytes: 5_000 },
        { ...circumstances, payloadId },
      );
      const parts = collected.kind === 'split' ? [...collected.parts] : [collected];
      return parts.flatMap((part) => (part.kind === 'failed' ? [part.event.failed_id] : []));
    };
    const event = (id: string, sentAt: string): object => ({ eid: id, page: 'x'.repeat(6_000), stm: sentAt });
    const list = (...events: readonly object[]): string => JSON.stringify({ schema: 's', data: events });
    const first = idsOf(list(event('a', '1'), event('b', '1')), 'one');
    expect(new Set(first).size).toBe(2);
    expect(idsOf(list(event('a', '2'), { e: 'pv' }, event('b', '2')), 'two')).toEqual(first);
    expect(idsOf('x'.repeat(6_000), 'one')).toEqual(idsOf('x'.repeat(6_000), 'two'));
  });

  it('names the app that the request was admitted for', () => {
    expect(collect(request, policy, { ...circumstances, app: 'shop' })).toMatchObject({
      payload: { app: 'shop' },
    });
  });

  it('keeps the cookies that are configured, and none of an anonymous visitor', () => {
    const keeping = { ...policy, keptCookies: ['session'] };
    expect(collect(request, keeping, circumstances)).toMatchObject({
      payload: { cookies: { session: 'secret' } },
    });
    const anonymous = collect(request, keeping, { ...circumstances, anonymous: true });
    expect(anonymous).toMatchObject({
      payload: { cookies: null, ip_address: null, network_userid: ANONYMOUS_ID, anonymous: true },
      setCookies: ['sp=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None'],
    });
  });

  describe('with a bounce', () => {
    const bouncing = { ...policy, bounce: { protocolHeader: null } };
    const pixel: TrackingRequest = {
      ...request,
      method: 'GET',
      path: '/i',
      askedPath: '/p.gif',
      asksFor: 'pixel',
      querystring: 'e=pv',
      headers: {},
      body: null,
    };

    it('sends a browser without a cookie round once, and keeps nothing', () => {
      expect(collect(pixel, bouncing, circumstances)).toEqual({
        kind: 'bounced',
        location: '/p.gif?e=pv&n3pc=true',
        setCookies: [`sp=${FRESH}; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=None`],
      });
    });

    it.each([
      [
        'that keeps cookies',
        { headers: { cookie: `sp=${COOKIE}` }, querystring: 'e=pv&n3pc=true' },
        COOKIE,
        1,
      ],
      ['that keeps none, under the id of all of those', { querystring: 'e=pv&n3pc=true' }, BOUNCED_ID, 0],
      ['that brings its cookie at once', { headers: { cookie: `sp=${COOKIE}` } }, COOKIE, 1],
      ['that brings an id', { querystring: `nuid=${COOKIE}` }, COOKIE, 1],
      ['that asks to be unknown', { headers: { 'sp-anonymous': '*' } }, ANONYMOUS_ID, 0],
      ['that posts', { method: 'POST', asksFor: 'ok' }, FRESH, 1],
      ['that follows a link', { asksFor: 'redirect' }, FRESH, 1],
    ] as const)('takes the event of a browser %s', (_case, changed, network_userid, cookies) => {
      const collected = collect({ ...pixel, ...changed }, bouncing, circumstances);
      expect(collected).toMatchObject({ kind: 'ok', payload: { network_userid } });
      expect(collected.setCookies).toHaveLength(cookies);
    });
  });

  it('writes no full address, wherever the request carries it', () => {
    const address = fc
      .oneof(fc.ipV4(), fc.ipV6())
      .filter((text) => truncateAddress(text) !== text && !/(^|[.:])[0:]*(\.0){3}$|^[0:]+$/.test(text));
    const places: readonly ((text: string) => Partial<TrackingRequest>)[] = [
      (text) => ({ socketAddress: text, headers: { ...request.headers, 'x-forwarded-for': undefined } }),
      (text) => ({ headers: { ...request.headers, 'x-forwarded-for': `${text}, 10.0.0.1` } }),
      (text) => ({ headers: { ...request.headers, 'x-forwarded-for': `10.0.0.1, ${text}` } }),
      (text) => ({ headers: { forwarded: `by=10.0.0.1;for="[${text}]:1", for=${text}` } }),
      (text) => ({
        headers: { 'x-real-ip': text, 'cf-connecting-ip': text, via: text, cookie: `sp=${text}` },
      }),
      (text) => ({ querystring: `e=pv&ip=${text}` }),
      (text) => ({ querystring: `e=pv&%69%70=${encodeURIComponent(text)}&ip=${text}` }),
      (text) => ({ body: Buffer.from(`{"data":[{"ip":"${text}"},{"ip":"${text}"}]}`) }),
      (text) => ({ body: Buffer.from(`{"data":[{"i\\u0070":"${text}"`) }),
      (text) => ({ path: `/${text}/v1`, body: Buffer.alloc(1_600_000, 'x') }),
    ];
    fc.assert(
      fc.property(address, fc.constantFrom(...places), fc.boolean(), (text, place, anonymous) => {
        const changed = place(text);
        const headers = {
          ...request.headers,
          ...changed.headers,
          ...(anonymous ? { 'sp-anonymous': '*' } : {}),
        };
        expect(written({ ...request, ...changed, headers })).not.toContain(text);
      }),
      { numRuns: scaledRuns(500) },
    );
  });
});
