import type { CollectorPayload } from '@headwater/contracts';
import { aCollectorPayload } from '@headwater/testing';
import { valueOf } from '../protocol/parameters';
import { readRedirect, REDIRECT_PATH } from './redirect';
import type { SentEvent } from './sent-event';

const click = (querystring: string | null): CollectorPayload =>
  aCollectorPayload({ method: 'GET', path: '/r/tp2', querystring, body: null, content_type: null });
const read = (querystring: string): SentEvent => {
  const outcome = readRedirect(click(querystring));
  const event = outcome.kind === 'ok' ? outcome.value[0] : undefined;
  if (!event) throw new Error(`Nothing was read: ${JSON.stringify(outcome)}`);
  return event;
};
const u = `u=${encodeURIComponent('https://shop.example/a?b=c')}`;

it('makes the address the event of a click that carries no other', () => {
  const { values, contexts, problems } = read(`${u}&aid=shop`);
  expect(['e', 'tv', 'p', 'aid'].map((key) => valueOf(values, key))).toEqual(['ue', 'r-tp2', 'web', 'shop']);
  expect(JSON.parse(valueOf(values, 'ue_pr') ?? '')).toEqual({
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: {
      schema: 'iglu:com.snowplowanalytics.snowplow/uri_redirect/jsonschema/1-0-0',
      data: { uri: 'https://shop.example/a?b=c' },
    },
  });
  expect([contexts, problems]).toEqual([[], []]);
});

it('makes the address a context of an event that the click carries', () => {
  const { values, contexts } = read(`${u}&e=se&se_ca=banner&se_ac=click&p=mob&tv=js`);
  expect(['e', 'tv', 'p', 'se_ca', 'ue_pr'].map((key) => valueOf(values, key))).toEqual([
    'se',
    'r-tp2',
    'mob',
    'banner',
    undefined,
  ]);
  expect(contexts).toEqual([
    {
      vendor: 'com.snowplowanalytics.snowplow',
      name: 'uri_redirect',
      format: 'jsonschema',
      model: 1,
      revision: 0,
      addition: 0,
      data: '{"uri":"https://shop.example/a?b=c"}',
    },
  ]);
});

it.each([[null], [''], ['u='], ['p=web&e=pv']])('reports that %j does not say where to', (querystring) => {
  expect(readRedirect(click(querystring))).toMatchObject({
    kind: 'failed',
    failures: [{ type: 'adapter_failure', field: 'u' }],
  });
});

it.each([
  ['/r/tp2', true],
  ['/r/com.acme-v1', true],
  ['/r/', false],
  ['/r/tp2/more', false],
  ['/red/tp2', false],
])('is at %s: %s', (path, expected) => {
  expect(REDIRECT_PATH.test(path)).toBe(expected);
});
