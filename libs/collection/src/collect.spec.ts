import fc from 'fast-check';
import { truncateAddress } from './address';
import { collect, type CollectionPolicy } from './collect';
import { ANONYMOUS_ID } from './network-user-id';
import type { TrackingRequest } from './tracking-request';

const ADDRESS = '81.2.69.142';
const COOKIE = 'bbbbbbbb-0000-4000-8000-00000000000b';
const FRESH = 'cccccccc-0000-4000-8000-00000000000c';
const circumstances = { now: 1_700_000_000_000, payloadId: 'the-payload', newId: () => FRESH };
const policy: CollectionPolicy = {
  processor: 'headwater-collector/1.0.0',
  trustedProxies: null,
  cookie: {
    enabled: true,
    name: 'sp',
    maxAgeSeconds: 60,
    domains: [],
    fallbackDomain: null,
    sameSite: 'None',
    secure: true,
  },
  maximumRecordBytes: 1_500_000,
};
const request: TrackingRequest = {
  method: 'POST',
  path: '/com.snowplowanalytics.snowplow/tp2',
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
  if (collected.kind === 'failed') return JSON.stringify(collected.event);
  const { body, ...fields } = collected.payload;
  return `${JSON.stringify(fields)} ${body?.toString('latin1') ?? ''}`;
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
      setCookie: `sp=${COOKIE}; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=None`,
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
      setCookie: 'sp=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None',
    });
    expect(written(anonymous)).not.toMatch(/81\.2\.69|10\.[12]\./);
    expect(written({ ...anonymous, querystring: null })).not.toContain(COOKIE);
  });

  it('turns what no record can hold into a failed event with its sizes and no content', () => {
    const large = { ...request, body: Buffer.from(`{"data":["${'secret '.repeat(1_000)}"]}`) };
    const collected = collect(large, { ...policy, maximumRecordBytes: 5_000 }, circumstances);
    expect(collected).toMatchObject({
      kind: 'failed',
      setCookie: null,
      event: {
        stage: 'collector',
        app_id: 'unknown',
        failure_type: 'size_violation',
        payload_id: 'the-payload',
        collector_tstamp: 1_700_000_000_000,
        replayable: false,
        payload: null,
        failures: [{ expectation: 'at most 5000 bytes' }],
      },
    });
    expect(JSON.stringify(collected)).not.toContain('secret');
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
      { numRuns: 500 },
    );
  });
});
