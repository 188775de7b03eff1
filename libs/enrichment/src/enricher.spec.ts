import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { schemas, type CollectorPayload, type EnrichedEvent, type FailedEvent } from '@headwater/contracts';
import { contentId, ServiceError, type Fate } from '@headwater/stage';
import {
  aCollectorPayload,
  aTrackerEvent,
  BUILT_AT,
  scaledRuns,
  tp2Body,
  type TrackerEvent,
} from '@headwater/testing';
import { createEnricher } from './enricher';
import { testKey, testLookUps } from './testing/look-ups';

const lookUps = testLookUps();
const processor = 'headwater-enricher/0.1.0';
const { payload: enrich } = createEnricher({ processor, lookUps });
const { pseudonymOf } = lookUps.pseudonyms.at('shop', BUILT_AT);

const fatesOf = (...events: readonly unknown[]): readonly Fate<EnrichedEvent>[] =>
  enrich(aCollectorPayload({ body: tp2Body(...events) }));

/** The one event, which must be good. */
function enriched(event: TrackerEvent, payload: Partial<CollectorPayload> = {}): EnrichedEvent {
  const [fate] = enrich(aCollectorPayload({ body: tp2Body(aTrackerEvent(event)), ...payload }));
  if (fate?.kind !== 'ok') throw new Error(`The event is not good: ${JSON.stringify(fate)}`);
  return fate.value;
}

/** The one failed event. */
function failedOf(event: TrackerEvent, payload: Partial<CollectorPayload> = {}): FailedEvent {
  const [fate] = enrich(aCollectorPayload({ body: tp2Body(aTrackerEvent(event)), ...payload }));
  if (fate?.kind !== 'failed') throw new Error(`The event did not fail: ${JSON.stringify(fate)}`);
  return fate.value;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const contextsOf = (...data: readonly unknown[]): unknown => ({
  schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
  data,
});
const unstructOf = (data: unknown): unknown => ({
  schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
  data,
});
const accountOf = (data: unknown): unknown => ({ schema: 'iglu:com.acme/account/jsonschema/1-0-0', data });

describe('a payload', () => {
  it('of five events with one bad one becomes four good events and one failed event', () => {
    const good = aTrackerEvent();
    const fates = fatesOf(good, good, { ...good, res: 'wide' }, good, good);
    expect(fates.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'failed', 'ok', 'ok']);
    expect(fates.map((fate) => fate.kind !== 'dropped' && fate.value.payload_index)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is the golden example, and becomes one event that has every field of the contract', () => {
    const file = resolve(__dirname, '../../contracts/examples/CollectorPayload.json');
    const example = JSON.parse(readFileSync(file, 'utf8')) as CollectorPayload & { body: string };
    const [fate] = enrich({ ...example, body: Buffer.from(example.body) });
    expect(fate).toMatchObject({
      kind: 'ok',
      value: {
        app_id: 'shop',
        event_id: contentId('event', example.payload_id, '0'),
        event: 'page_view',
        platform: 'web',
        event_name: 'page_view',
        collector_tstamp: example.collector_tstamp,
        derived_tstamp: example.collector_tstamp,
        payload_id: example.payload_id,
        v_tracker: 'js-4.10.1',
        v_collector: 'headwater-collector/0.1.0',
        v_etl: processor,
        geo_country: 'GB',
        page_url: 'https://shop.example/cart',
        br_family: 'Firefox',
        is_bot: false,
        pseudonym_key_id: testKey.id,
      },
    });
    const { fields } = schemas.EnrichedEvent as { fields: readonly { name: string }[] };
    expect(fate?.kind === 'ok' && Object.keys(fate.value)).toEqual(fields.map(({ name }) => name));
  });

  it('that cannot be taken apart becomes one failed event, of which only an outline is kept', () => {
    const body = Buffer.from('{"schema":"iglu:x","data":[{"uid":"alice","ip":"203.0.113.77"');
    const [fate, ...others] = enrich(aCollectorPayload({ body, querystring: 'aid=shop&uid=alice' }));
    expect(others).toEqual([]);
    expect(fate).toMatchObject({
      kind: 'failed',
      value: {
        app_id: 'shop',
        failure_type: 'payload_format_violation',
        payload: '{"schema":"…:…","data":[{"uid":"…","ip":"…"',
        parameters: null,
        replayable: false,
        not_replayable_reason: expect.stringContaining('outline') as string,
      },
    });
    expect(JSON.stringify(fate)).not.toContain('alice');
  });

  it('of which one event is nested too deeply, or has too many parts, loses that one event only', () => {
    const nested = `${'['.repeat(50)}${']'.repeat(50)}`;
    const deep = `{"schema":"iglu:com.acme/account/jsonschema/1-0-0","data":${nested}}`;
    const many = JSON.stringify(
      accountOf(Object.fromEntries(Array.from({ length: 10_001 }, (_, key) => [key, 0]))),
    );
    const contexts = (one: string): TrackerEvent =>
      aTrackerEvent({ co: JSON.stringify(contextsOf()).replace('[]', `[${one}]`) });
    const fates = fatesOf(aTrackerEvent(), contexts(deep), aTrackerEvent(), contexts(many), aTrackerEvent());
    expect(fates.map(({ kind }) => kind)).toEqual(['ok', 'failed', 'ok', 'failed', 'ok']);
    expect(
      fates.flatMap((fate) => (fate.kind === 'failed' ? (fate.value.failures ?? []) : [])),
    ).toMatchObject([
      { type: 'tracker_protocol_violation', field: 'co', expectation: 'at most 40 levels' },
      { type: 'tracker_protocol_violation', field: 'co', expectation: 'at most 10000 members and elements' },
    ]);
  });

  it('to an unknown path that carries no event is noise of a scan, of which the path is kept without an address', () => {
    const [fate] = enrich(aCollectorPayload({ path: '/com.acme/203.0.113.77', body: null }));
    expect(fate).toMatchObject({
      kind: 'failed',
      value: {
        failure_type: 'path_scan',
        app_id: 'unknown',
        path: '/com.acme/[address]',
        replayable: false,
        not_replayable_reason: 'There is no event in the request.',
      },
    });
  });

  it('to the path of a wrong vendor fails event by event, and each can be replayed', () => {
    const body = tp2Body(aTrackerEvent({ uid: 'alice' }), aTrackerEvent({ res: 'wide' }));
    const fates = enrich(aCollectorPayload({ path: '/com.acme/tp2', body }));
    expect(fates).toMatchObject([
      {
        kind: 'failed',
        value: {
          failure_type: 'adapter_failure',
          payload_index: 0,
          replayable: true,
          parameters: { e: 'pv', uid: pseudonymOf('alice') },
        },
      },
      {
        kind: 'failed',
        value: { payload_index: 1, failures: [{ field: 'path' }, { field: 'res' }], replayable: true },
      },
    ]);
    expect(JSON.stringify(fates)).not.toContain('alice');
  });

  it('from the webhook becomes a self-describing event', () => {
    const [fate] = enrich(
      aCollectorPayload({
        path: '/com.snowplowanalytics.iglu/v1',
        querystring: 'aid=shop&schema=iglu:com.acme/account/jsonschema/1-0-0',
        body: Buffer.from('{"user_id":"alice","n":1.0}'),
      }),
    );
    expect(fate).toMatchObject({
      kind: 'ok',
      value: {
        app_id: 'shop',
        platform: 'srv',
        event_name: 'account',
        v_tracker: 'com.snowplowanalytics.iglu-v1',
        unstruct_event: { data: `{"user_id":"${pseudonymOf('alice')}","n":1.0}` },
      },
    });
  });

  it('of a redirect makes the address a context of the event that it carries', () => {
    const [fate] = enrich(
      aCollectorPayload({
        path: '/r/tp2',
        body: null,
        querystring: 'e=se&se_ca=a&se_ac=b&u=https%3A%2F%2Fa.example%2F',
      }),
    );
    expect(fate).toMatchObject({
      kind: 'ok',
      value: {
        event: 'struct',
        v_tracker: 'r-tp2',
        contexts: [{ name: 'uri_redirect', data: '{"uri":"https://a.example/"}' }],
      },
    });
  });
});

describe('an event', () => {
  it('takes its fields from the envelope where the tracker sent none', () => {
    const event = enriched(
      { eid: undefined, aid: undefined },
      { referer: 'https://shop.example/a?token=1', network_userid: 'cookie', user_agent: 'curl/8' },
    );
    expect(event).toMatchObject({
      app_id: 'unknown',
      event_id: contentId('event', event.payload_id ?? '', '0'),
      page_url: 'https://shop.example/a',
      network_userid: lookUps.pseudonyms.at('unknown', BUILT_AT).pseudonymOf('cookie'),
      useragent: 'curl/8',
    });
  });

  it('takes what the tracker sent where both know', () => {
    const sent = {
      url: 'https://shop.example/b',
      ua: 'sent',
      nuid: 'nuid',
      tnuid: 'tnuid',
      ip: '198.51.100.0, 203.0.113.0',
    };
    const event = enriched(sent, { referer: 'https://shop.example/a', network_userid: 'cookie' });
    expect(event).toMatchObject({
      page_url: 'https://shop.example/b',
      useragent: 'sent',
      network_userid: pseudonymOf('tnuid'),
      geo_country: 'FR',
    });
  });

  it('of a visitor who asked for anonymity has no network id and no country', () => {
    const event = enriched(
      { tnuid: 'tnuid', ip: '203.0.113.0' },
      { anonymous: true, network_userid: 'cookie', ip_address: '203.0.113.0' },
    );
    expect(event).toMatchObject({ network_userid: null, geo_country: 'ZZ' });
  });

  it('has no network id where the collector wrote that of nobody', () => {
    expect(
      enriched({}, { network_userid: '00000000-0000-0000-0000-000000000000' }).network_userid,
    ).toBeNull();
  });

  it('keeps self-describing data as it was sent, in either form', () => {
    const data = { user_id: null, big: '9007199254740993', n: 1 };
    const plain = enriched({
      e: 'ue',
      ue_pr: JSON.stringify(unstructOf(accountOf(data))),
      co: JSON.stringify(contextsOf(accountOf(data))),
    });
    const encoded = enriched({
      e: 'ue',
      ue_px: base64(unstructOf(accountOf(data))),
      cx: base64(contextsOf(accountOf(data))),
    });
    for (const event of [plain, encoded]) {
      expect(event).toMatchObject({
        event: 'unstruct',
        event_vendor: 'com.acme',
        event_name: 'account',
        event_version: '1-0-0',
      });
      expect(event.unstruct_event?.data).toBe(JSON.stringify(data));
      expect(event.contexts).toHaveLength(1);
    }
  });

  it('has the same fingerprint sent twice, and another when its content differs', () => {
    const once = enriched({ uid: 'u', stm: '1782000000000' });
    const again = enriched(
      { uid: 'u', stm: '1782000060000' },
      { payload_id: 'c0ffee00-0000-4000-8000-000000000000', ip_address: null },
    );
    const other = enriched({ uid: 'v', stm: '1782000000000' });
    expect(once.event_fingerprint).toBe(again.event_fingerprint);
    expect(once.event_fingerprint).not.toBe(other.event_fingerprint);
  });

  it('of a bot is dropped and counted when that is configured', () => {
    const { payload: dropping } = createEnricher({
      processor,
      lookUps,
      config: { botDetection: { drop: true } },
    });
    const [fate] = dropping(aCollectorPayload({ user_agent: 'Googlebot/2.1' }));
    expect(fate).toMatchObject({
      kind: 'dropped',
      reason: 'bot',
      subject: { app_id: 'shop', event_name: 'page_view' },
    });
  });
});

describe('a failed event', () => {
  it('reports the problems of all kinds together', () => {
    const failed = failedOf({
      e: 'nope',
      tv: undefined,
      vid: 3,
      foreign: 'x',
      res: 'wide',
      cx: '%',
      url: 'https://shop.example/?_sp=duid.yesterday',
    });
    expect(failed.failures?.map(({ type, field }) => `${type}: ${field}`)).toEqual([
      'tracker_protocol_violation: vid',
      'tracker_protocol_violation: foreign',
      'tracker_protocol_violation: tv',
      'tracker_protocol_violation: e',
      'tracker_protocol_violation: res',
      'schema_violation: cx',
      'enrichment_failure: url',
    ]);
    expect(failed.failure_type).toBe('tracker_protocol_violation');
  });

  it('carries what a replay needs: times, country, user agent, and the parameters under pseudonyms', () => {
    const failed = failedOf(
      {
        uid: 'alice',
        sid: 'not-a-uuid',
        ip: '203.0.113.0',
        dtm: '1781999999000',
        stm: '1782000000000',
        url: 'https://shop.example/?utm_source=mail&token=1',
        page: 'From 203.0.113.77',
        cx: base64(contextsOf(accountOf({ user_id: 'alice', note: 'at 203.0.113.77' }))),
        mac: '00:1b:44:11:3a:b7',
      },
      { user_agent: 'Mozilla/5.0' },
    );
    expect(failed).toMatchObject({
      app_id: 'shop',
      event: 'page_view',
      geo_country: 'GB',
      useragent: 'Mozilla/5.0',
      dvce_created_tstamp: 1_781_999_999_000,
      dvce_sent_tstamp: 1_782_000_000_000,
      pseudonym_key_id: testKey.id,
      event_fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      replayable: true,
      not_replayable_reason: null,
    });
    expect(failed.parameters).toEqual({
      e: 'pv',
      p: 'web',
      tv: 'js-4.10.1',
      aid: 'shop',
      eid: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
      dtm: '1781999999000',
      stm: '1782000000000',
      uid: pseudonymOf('alice'),
      sid: pseudonymOf('not-a-uuid'),
      url: 'https://shop.example/?utm_source=mail',
      page: 'From [address]',
      co: JSON.stringify(contextsOf(accountOf({ user_id: pseudonymOf('alice'), note: 'at [address]' }))),
    });
  });

  it('is accepted when its parameters come again with the fault repaired', () => {
    const { parameters } = failedOf({
      e: 'ue',
      uid: 'alice',
      res: 'wide',
      ue_px: base64(unstructOf(accountOf({ user_id: 'alice' }))),
    });
    const { e, p, tv, ...others } = parameters ?? {};
    expect(enriched({ e, p, tv, ...others, res: '1280x720' })).toMatchObject({
      event_name: 'account',
      dvce_screenwidth: 1280,
    });
  });

  it('says that it cannot be replayed where self-describing data could not be read, and leaves that out', () => {
    const failed = failedOf({ cx: Buffer.from('{"mail":"alice').toString('base64url') });
    expect(failed).toMatchObject({
      replayable: false,
      not_replayable_reason: expect.stringContaining('not kept') as string,
    });
    expect(failed.parameters).not.toHaveProperty('co');
    expect(failed.parameters).not.toHaveProperty('cx');
  });

  it('has the same id for the same failure of the same event', () => {
    expect(failedOf({ res: 'wide' }).failed_id).toBe(failedOf({ res: 'wide' }).failed_id);
    expect(failedOf({ res: 'wide' }).failed_id).not.toBe(failedOf({ vp: 'wide' }).failed_id);
  });

  it('is what an event becomes that brings a fault of ours to light', () => {
    const { payload: faulty } = createEnricher({
      processor,
      lookUps: {
        ...lookUps,
        countryOf: () => {
          throw new TypeError('203.0.113.0 is undefined');
        },
      },
    });
    const [fate] = faulty(aCollectorPayload());
    expect(fate).toMatchObject({
      kind: 'failed',
      value: { failure_type: 'enrichment_failure', replayable: false, payload_index: 0 },
    });
    expect(JSON.stringify(fate)).not.toContain('203.0.113');
  });

  it('is what a payload becomes that brings one to light before its events are known', () => {
    const body = Buffer.from('{}');
    body.subarray = () => {
      throw new RangeError('203.0.113.0');
    };
    body.toString = () => {
      body.toString = () => '{}';
      throw new RangeError('203.0.113.0');
    };
    const [fate, ...others] = enrich(aCollectorPayload({ body }));
    expect(others).toEqual([]);
    expect(fate).toMatchObject({
      kind: 'failed',
      value: {
        failure_type: 'payload_format_violation',
        replayable: false,
        payload: expect.any(String) as string,
      },
    });
    expect(JSON.stringify(fate)).not.toContain('203.0.113');
  });

  it('is never made of an innocent event when infrastructure is broken', () => {
    class Broken extends ServiceError {
      override readonly code = 'E_BROKEN';
      override readonly retriable = true;
    }
    const { payload: broken } = createEnricher({
      processor,
      lookUps: {
        ...lookUps,
        countryOf: () => {
          throw new Broken('no database');
        },
      },
    });
    expect(() => broken(aCollectorPayload())).toThrow(Broken);
  });
});

describe('whatever is sent', () => {
  const word = fc.string({ minLength: 1, maxLength: 12 });
  const anything = fc.oneof(
    word,
    fc.constantFrom('1', '0', '1280x720', '1782000000000', '{}', 'pv', 'ue'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const key = fc.constantFrom(
    'e',
    'p',
    'tv',
    'aid',
    'eid',
    'dtm',
    'stm',
    'vid',
    'res',
    'page',
    'url',
    'refr',
    'co',
    'cx',
    'ue_pr',
    'ue_px',
    'se_va',
    'tr_tt',
    'foreign',
  );
  const noise = fc.dictionary(key, anything);
  const octet = fc.integer({ min: 1, max: 254 });
  const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
  const address = fc.oneof(
    ipv4,
    fc.ipV6().filter((ip) => ip.length > 8),
  );
  const path = fc.constantFrom(
    '/com.snowplowanalytics.snowplow/tp2',
    '/com.snowplowanalytics.snowplow/tp1',
    '/com.acme/tp2',
    '/a',
  );
  const content_type = fc.constantFrom('application/json', 'text/plain', null);
  /** A clear identifier that no other value can contain by chance. */
  const identifier = fc.stringMatching(/^[a-z]{8}$/).map((name) => `${name}@persons.example`);

  it('comes to the same fates a second time', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(noise, fc.jsonValue()), { minLength: 1, maxLength: 3 }), (events) => {
        const { payload: again } = createEnricher({ processor, lookUps: testLookUps() });
        const payload = aCollectorPayload({ body: tp2Body(...events) });
        const fates = enrich(payload);
        expect(fates).toHaveLength(events.length);
        expect(again(payload)).toEqual(fates);
      }),
    );
  });

  it('no address of the visitor is in any fate', () => {
    fc.assert(
      fc.property(address, address, noise, fc.boolean(), path, (peer, sent, others, inQuery, at) => {
        const event = { ...aTrackerEvent(others), ...(inQuery ? {} : { ip: sent }) };
        const payload = aCollectorPayload({
          path: at,
          ip_address: peer,
          body: tp2Body(event),
          querystring: inQuery ? `ip=${encodeURIComponent(sent)}` : null,
        });
        const written = JSON.stringify(enrich(payload));
        expect(written).not.toContain(peer);
        expect(written).not.toContain(sent);
      }),
    );
  });

  it('no address of the visitor is in the failed event of a payload that cannot be taken apart', () => {
    fc.assert(
      fc.property(address, fc.nat({ max: 60 }), (ip, end) => {
        const whole = tp2Body({ ip }).toString();
        const body = Buffer.from(`${whole.slice(0, -1 - (end % whole.length))}"ip":"${ip}"`);
        expect(JSON.stringify(enrich(aCollectorPayload({ body, ip_address: ip })))).not.toContain(ip);
      }),
    );
  });

  it('no clear identifier is in any fate', () => {
    const place = fc.constantFrom<(id: string) => TrackerEvent>(
      ...[
        'uid',
        'duid',
        'nuid',
        'tnuid',
        'fp',
        'tid',
        'sid',
        'tr_id',
        'ti_id',
        'mac',
        'ad_uid',
        'cx',
        'co',
        'ue_px',
        'ue_pr',
      ].map((name) => (id: string) => ({ [name]: id })),
      (id) => ({ url: `https://shop.example/?gclid=${id}&token=${id}` }),
      (id) => ({ url: `https://${id}/?_sp=${encodeURIComponent(id)}.1782000000000&a=${id}#token=${id}` }),
      (id) => ({ url: `https://shop.example/?_sp=${encodeURIComponent(id)}.yesterday` }),
      (id) => ({ refr: `https://shop.example/#/a?mail=${id}` }),
      (id) => ({ cx: base64(contextsOf(accountOf({ user_id: id, friends: [{ mail: id }] }))) }),
      (id) => ({
        co: JSON.stringify(contextsOf(accountOf({ user_id: id }), { schema: 'broken', data: id })),
      }),
      (id) => ({ e: 'ue', ue_px: base64(unstructOf(accountOf({ user_id: { nested: [id] } }))) }),
      (id) => ({ e: 'ue', ue_pr: `{"schema":"${id}","data":` }),
      (id) => ({ uid: { clear: id } }),
      (id) => ({ uid: [id] }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, identifier), { minLength: 1, maxLength: 4 }),
        noise,
        fc.boolean(),
        path,
        content_type,
        (placed, others, inNetwork, at, type) => {
          const identifying = placed.map(([put, id]) => put(id));
          const payload = aCollectorPayload({
            path: at,
            content_type: type,
            body: tp2Body(Object.assign({}, aTrackerEvent(others), ...identifying)),
            network_userid: inNetwork ? (placed[0]?.[1] ?? null) : null,
          });
          const written = JSON.stringify(enrich(payload));
          for (const [, id] of placed) expect(written).not.toContain(id);
        },
      ),
      { numRuns: scaledRuns(500) },
    );
  });
});
