import type { EnrichedEvent, FailedEvent } from '@headwater/contracts';
import type { Fate } from '@headwater/stage';
import { aCollectorPayload, aReplay, aTrackerEvent, tp2Body, type TrackerEvent } from '@headwater/testing';
import { createEnricher } from './enricher';
import { testLookUps } from './testing/look-ups';

const lookUps = testLookUps();
const enricher = createEnricher({ processor: 'headwater-enricher/0.1.0', lookUps });

type Payload = Parameters<typeof aCollectorPayload>[0];
const fatesOf = (event: TrackerEvent, payload: Payload = {}): readonly Fate<EnrichedEvent>[] =>
  enricher.payload(aCollectorPayload({ body: tp2Body(aTrackerEvent(event)), ...payload }));

function good(fate: Fate<EnrichedEvent> | undefined): EnrichedEvent {
  if (fate?.kind !== 'ok') throw new Error(`The event is not good: ${JSON.stringify(fate)}`);
  return fate.value;
}

function failedEvent(fate: Fate<EnrichedEvent> | undefined): FailedEvent {
  if (fate?.kind !== 'failed') throw new Error(`The event did not fail: ${JSON.stringify(fate)}`);
  return fate.value;
}

const context = (schema: string, data: object): string =>
  JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0',
    data: [{ schema, data }],
  });
const hints = (data: object): string => context('iglu:org.ietf/http_client_hints/jsonschema/1-0-0', data);
const ACCOUNT = 'iglu:com.acme/account/jsonschema/1-0-0';

describe('an event that names what every object inherits', () => {
  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'has the platform %s as a text',
    (platform) => {
      const byHeader = good(
        fatesOf(
          {},
          { headers: { 'sec-ch-ua': '"Chromium";v="126"', 'sec-ch-ua-platform': `"${platform}"` } },
        )[0],
      );
      const byContext = good(fatesOf({ co: hints({ isMobile: false, brands: [], platform }) })[0]);
      for (const event of [byHeader, byContext])
        for (const value of [event.os_family, event.os_name, event.os_manufacturer])
          expect([null, 'string']).toContain(value === null ? null : typeof value);
    },
  );
});

describe('an event that is made to take long', () => {
  it.each<[string, TrackerEvent]>([
    ['a host of 40,000 labels', { refr: `https://${'a.'.repeat(40_000)}x/` }],
    [
      'a URL of 100,000 at signs',
      { url: `http://${'@'.repeat(100_000)}:x`, refr: `http://${'@'.repeat(100_000)}:x` },
    ],
    [
      'a version of 100,000 zeros',
      { co: hints({ isMobile: false, brands: [], platformVersion: `1${'.0'.repeat(100_000)}.1` }) },
    ],
    ['a query of 300,000 parameters', { url: `https://shop.example/?${'%&'.repeat(300_000)}` }],
  ])('%s is read in no time', (_what, event) => {
    expect(fatesOf(event)).toHaveLength(1);
  });

  it('a form of a million empty parameters is read in no time', () => {
    const body = Buffer.from('a&'.repeat(1_000_000));
    const payload = aCollectorPayload({ path: '/com.acme/v1', content_type: 'text/plain', body });
    expect(enricher.payload(payload)).toHaveLength(1);
  });

  it('a payload of more events than could be valid fails as a whole', () => {
    const body = Buffer.from(
      tp2Body()
        .toString()
        .replace('[]', `[${'0,'.repeat(499_999)}0]`),
    );
    const [fate, ...others] = enricher.payload(aCollectorPayload({ body }));
    expect(others).toEqual([]);
    expect(failedEvent(fate).failures?.map(({ path }) => path)).toEqual(['/data']);
  });

  it('a long query string is not copied into thousands of events', () => {
    const body = Buffer.from(
      tp2Body()
        .toString()
        .replace('[]', `[${'{},'.repeat(19_999)}{}]`),
    );
    const querystring = `page=${'x'.repeat(18_000)}`;
    expect(enricher.payload(aCollectorPayload({ body, querystring }))).toHaveLength(1);
  });
});

describe('a failed event', () => {
  it('keeps self-describing data that came as JSON and not as its text', () => {
    const sent = JSON.parse(context(ACCOUNT, { user_id: 'jane', friends: [] })) as object;
    const dead = failedEvent(fatesOf({ co: sent })[0]);
    expect(dead.replayable).toBe(true);
    expect(dead.parameters?.['co']).toContain('com.acme/account');
    expect(dead.parameters?.['co']).not.toContain('jane');
  });

  it('stays JSON where a mask meets an escape, and hides what an escape hides', () => {
    const data =
      '{"link":"caf\\u00e91.2.3.4","at":"x\\n2001:db8:85a3::8a2e:370:7334","to":"\\u2192192.168.10.1"}';
    const co = `{"schema":"iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0","data":[{"schema":"iglu:com.acme/note/jsonschema/1-0-0","data":${data}}]}`;
    const dead = failedEvent(fatesOf({ co, res: 'wide' })[0]);
    const kept = dead.parameters?.['co'] ?? '';
    expect(() => JSON.parse(kept) as unknown).not.toThrow();
    expect(kept).not.toMatch(/1\.2\.3\.4|8a2e|192\.168/);
  });

  it.each(['q=%20203.0.113.77', 'q=%202001:db8:85a3::8a2e:370:7334'])('hides the address in %s', (query) => {
    const dead = failedEvent(fatesOf({ page: `https://shop.example/?${query}`, res: 'wide' })[0]);
    expect(JSON.stringify(dead)).not.toMatch(/203\.0\.113\.77|8a2e/);
  });

  it('quotes no address as the name of a field', () => {
    expect(JSON.stringify(failedEvent(fatesOf({ '203.0.113.77': 'x' })[0]))).not.toContain('203.0.113.77');
  });

  it('of a payload that was not taken apart belongs to the app that it was admitted for, and names no address', () => {
    const broken = (more: Payload): FailedEvent =>
      failedEvent(enricher.payload(aCollectorPayload({ body: Buffer.from('{bad'), ...more }))[0]);
    expect(broken({ app: 'shop' }).app_id).toBe('shop');
    expect(broken({ querystring: 'aid=203.0.113.77' }).app_id).toBe('[address]');
  });

  it('of an anonymous visitor keeps no id of the network, and neither does its replay', () => {
    const dead = failedEvent(
      fatesOf({ nuid: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10', res: 'wide' }, { anonymous: true })[0],
    );
    expect(Object.keys(dead.parameters ?? {})).not.toEqual(expect.arrayContaining(['nuid']));
    expect(dead.parameters?.['tnuid']).toBeUndefined();
  });
});

describe('a replay', () => {
  const replayOf = (parameters: Readonly<Record<string, string>>): EnrichedEvent =>
    good(enricher.replay(aReplay({ parameters: { ...aReplay().parameters, ...parameters } })));
  const { pseudonymOf } = lookUps.pseudonyms.at('shop', aReplay().collector_tstamp);

  it('pseudonymises what is read from its URL, which was never a parameter', () => {
    const event = replayOf({ url: 'https://shop.example/?gclid=clear&_sp=clear-duid.1700000000000' });
    expect([event.mkt_clickid, event.refr_domain_userid]).toEqual([
      pseudonymOf('clear'),
      pseudonymOf('clear-duid'),
    ]);
  });

  it('takes nothing for a pseudonym that is none, whatever the sender of the replay says', () => {
    const event = replayOf({ co: context(ACCOUNT, { user_id: 'alice@example.com', friends: [] }) });
    expect(event.contexts?.[0]?.data).toContain(pseudonymOf('alice@example.com'));
    expect(event.contexts?.[0]?.data).not.toContain('alice');
  });

  it('leaves pseudonyms what they are', () => {
    const pseudonym = pseudonymOf('alice@example.com');
    const event = replayOf({ co: context(ACCOUNT, { user_id: pseudonym, friends: [] }) });
    expect(JSON.parse(event.contexts?.[0]?.data ?? '')).toMatchObject({ user_id: pseudonym });
  });
});

describe('the webhook', () => {
  it.each([
    [
      'the query string',
      { querystring: 'schema=iglu:com.acme/account/jsonschema/1-0-0&ip=203.0.113.0&a=b', body: null },
    ],
    [
      'a form',
      {
        querystring: 'schema=iglu:com.acme/account/jsonschema/1-0-0',
        content_type: 'application/x-www-form-urlencoded',
        body: Buffer.from('ip=203.0.113.0&a=b'),
      },
    ],
  ])('takes no address out of %s into the data', (_where, payload) => {
    const [fate] = enricher.payload(
      aCollectorPayload({ path: '/com.snowplowanalytics.iglu/v1', ...payload }),
    );
    expect(good(fate).unstruct_event?.data).toBe('{"a":"b"}');
  });
});

it('shows no address as the tracker or the app of a failed event', () => {
  const dead = failedEvent(
    fatesOf({ tna: '203.0.113.77', tv: '203.0.113.77', aid: '203.0.113.77', res: 'wide' })[0],
  );
  expect(JSON.stringify(dead)).not.toContain('203.0.113.77');
});
