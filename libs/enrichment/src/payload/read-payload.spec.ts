import fc from 'fast-check';
import type { CollectorPayload } from '@headwater/contracts';
import { aCollectorPayload, aTrackerEvent, tp2Body } from '@headwater/testing';
import { valueOf } from '../protocol/parameters';
import { readPayload } from './read-payload';

const eventsIn = (known: Partial<CollectorPayload>): readonly string[] => {
  const read = readPayload(aCollectorPayload(known));
  return read.kind === 'ok'
    ? read.value.map(({ values }) => valueOf(values, 'page') ?? '')
    : ['nothing was read'];
};
const problemOf = (known: Partial<CollectorPayload>): unknown => {
  const read = readPayload(aCollectorPayload(known));
  return read.kind === 'failed' ? read.failures : read;
};
const one = 'e=pv&p=web&tv=no-js&page=one';
const wrapped = (schema: unknown, data: unknown): Buffer => Buffer.from(JSON.stringify({ schema, data }));
const payloadData = (version: string): string =>
  `iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/${version}`;

it('reads the events of a POST in order', () => {
  const body = tp2Body(
    aTrackerEvent({ page: 'a' }),
    aTrackerEvent({ page: 'b' }),
    aTrackerEvent({ page: 'c' }),
  );
  expect(eventsIn({ body })).toEqual(['a', 'b', 'c']);
});

it.each(['/i', '/ice.png', '/com.snowplowanalytics.snowplow/tp1', '/com.snowplowanalytics.snowplow/tp2'])(
  'reads the event in the query string of a GET to %s',
  (path) => {
    expect(eventsIn({ method: 'GET', path, querystring: one, body: null, content_type: null })).toEqual([
      'one',
    ]);
  },
);

it('overrides every event of a body by the query string', () => {
  const body = tp2Body(aTrackerEvent({ page: 'a' }), aTrackerEvent());
  expect(eventsIn({ body, querystring: 'page=q' })).toEqual(['q', 'q']);
});

it.each([
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=UTF-8',
  'application/json;charset=utf-8',
  'Application/JSON',
])('accepts the content type %s', (content_type) => {
  expect(eventsIn({ content_type, body: tp2Body(aTrackerEvent({ page: 'a' })) })).toEqual(['a']);
});

it.each(['1-0-0', '1-0-1', '1-0-2', '1-0-3', '1-0-4'])('accepts payload_data %s', (version) => {
  expect(eventsIn({ body: wrapped(payloadData(version), [aTrackerEvent({ page: 'a' })]) })).toEqual(['a']);
});

it('reads past a byte order mark', () => {
  const body = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), tp2Body(aTrackerEvent({ page: 'a' }))]);
  expect(eventsIn({ body })).toEqual(['a']);
});

const webhookPath = '/com.snowplowanalytics.iglu/v1';
const vendorPath = '/com.mailgun/v1';

it.each<[string, Partial<CollectorPayload>, string, string]>([
  ['a path scan', { path: '/wp-admin/setup.php', body: null }, 'path_scan', 'path'],
  ['a path scan with a query string', { path: '/a/b', body: null, querystring: 'id=1' }, 'path_scan', 'path'],
  [
    'a path scan with a body',
    { path: '/api/jsonws', body: Buffer.from('{"cmd":"id"}') },
    'path_scan',
    'path',
  ],
  ['a path of JavaScript', { path: 'constructor', body: null }, 'path_scan', 'path'],
  ['no path', { path: null, body: null }, 'path_scan', 'path'],
  ['an unknown vendor without content', { path: vendorPath, body: null }, 'path_scan', 'path'],
  ['a foreign webhook', { path: vendorPath, body: Buffer.from('{"a":1}') }, 'adapter_failure', 'path'],
  ['a webhook without a schema', { path: webhookPath, body: null }, 'adapter_failure', 'schema'],
  ['a redirect to nowhere', { path: '/r/tp2', body: null, querystring: 'p=web' }, 'adapter_failure', 'u'],
  ['a GET without a query string', { path: '/i', body: null }, 'tracker_protocol_violation', 'querystring'],
  ['neither body nor query string', { body: null }, 'tracker_protocol_violation', 'body'],
  ['an empty body', { body: Buffer.alloc(0) }, 'tracker_protocol_violation', 'body'],
  [
    'a form without an event',
    { content_type: 'application/x-www-form-urlencoded', body: Buffer.from('a=b&p=web') },
    'tracker_protocol_violation',
    'content_type',
  ],
  ['a body cut off', { body: tp2Body(aTrackerEvent()).subarray(0, 40) }, 'payload_format_violation', 'body'],
  ['bytes that are no UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, 'payload_format_violation', 'body'],
  ['a body that is an empty list', { body: Buffer.from('[]') }, 'tracker_protocol_violation', 'body'],
  ['a body of null', { body: Buffer.from('null') }, 'tracker_protocol_violation', 'body'],
  [
    'a later payload_data without an event in it',
    { body: wrapped(payloadData('1-0-5'), [{}]) },
    'tracker_protocol_violation',
    'body',
  ],
  ['data that is no list', { body: wrapped(payloadData('1-0-4'), {}) }, 'tracker_protocol_violation', 'body'],
  ['no events', { body: wrapped(payloadData('1-0-4'), []) }, 'tracker_protocol_violation', 'body'],
])('reports %s once for the whole payload', (_case, known, type, field) => {
  expect(problemOf(known)).toEqual([expect.objectContaining({ type, field })]);
});

const events = [aTrackerEvent({ page: 'a' }), aTrackerEvent({ page: 'b' })];

it.each<[string, Partial<CollectorPayload>, string, string]>([
  ['at the path of another vendor', { path: '/com.acme/tp2' }, 'adapter_failure', 'path'],
  [
    'at the path of another version',
    { path: '/com.snowplowanalytics.snowplow/tp3' },
    'adapter_failure',
    'path',
  ],
  [
    'sent as text/plain',
    { content_type: 'text/plain;charset=UTF-8' },
    'tracker_protocol_violation',
    'content_type',
  ],
  ['sent without a content type', { content_type: null }, 'tracker_protocol_violation', 'content_type'],
  [
    'in another charset',
    { content_type: 'application/json; charset=latin1' },
    'tracker_protocol_violation',
    'content_type',
  ],
  [
    'wrapped in a later payload_data',
    { body: wrapped(payloadData('1-0-5'), events) },
    'tracker_protocol_violation',
    'body',
  ],
  [
    'wrapped in another schema',
    { body: wrapped('iglu:com.acme/x/jsonschema/1-0-0', events) },
    'tracker_protocol_violation',
    'body',
  ],
  ['wrapped in a schema that is no text', { body: wrapped(1, events) }, 'tracker_protocol_violation', 'body'],
  ['not wrapped at all', { body: Buffer.from(JSON.stringify(events)) }, 'tracker_protocol_violation', 'body'],
])('gives the fault of a payload to each event %s, and keeps the event', (_case, known, type, field) => {
  const read = readPayload(aCollectorPayload({ body: tp2Body(...events), ...known }));
  expect(read.kind === 'ok' && read.value).toMatchObject([
    { index: 0, problems: [{ type, field }] },
    { index: 1, problems: [{ type, field }] },
  ]);
  expect(eventsIn({ body: tp2Body(...events), ...known })).toEqual(['a', 'b']);
});

it.each<[string, Partial<CollectorPayload>]>([
  ['alone, not in a list', { body: wrapped(payloadData('1-0-4'), events[0]) }],
  ['alone, without a wrapper', { body: Buffer.from(JSON.stringify(events[0])) }],
  [
    'in a form',
    { content_type: 'application/x-www-form-urlencoded', body: Buffer.from('e=pv&p=web&tv=x&page=a') },
  ],
  ['in the query string of an unknown path', { path: '/a/b', body: null, querystring: 'e=pv&tv=x&page=a' }],
])('finds the event %s', (_case, known) => {
  expect(eventsIn(known)).toEqual(['a']);
});

it('does not read as a form what is JSON, or an address in a text of it would become one of a visitor', () => {
  const text = '{"x":"&e=pv&p=web&tv=x&page=a&ip=203.0.113.7"}';
  const known = { content_type: 'application/x-www-form-urlencoded', body: Buffer.from(text) };
  expect(readPayload(aCollectorPayload(known)).kind).toBe('failed');
});

it('reads the event of tp1 from the query string, and from a body where the query string has none', () => {
  const path = '/com.snowplowanalytics.snowplow/tp1';
  expect(eventsIn({ path, querystring: one, body: Buffer.from('anything') })).toEqual(['one']);
  expect(eventsIn({ path, querystring: 'aid=shop', body: tp2Body(events[0]) })).toEqual(['a']);
  expect(eventsIn({ path, querystring: null, body: tp2Body(events[1]) })).toEqual(['b']);
});

it('lets an event that is nested too deeply fail alone', () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const body = tp2Body(aTrackerEvent(), aTrackerEvent({ page: 'deep' }), aTrackerEvent()).toString();
  const read = readPayload(aCollectorPayload({ body: Buffer.from(body.replace('"deep"', deep)) }));
  expect(read.kind === 'ok' && read.value.map(({ problems }) => problems.length)).toEqual([0, 1, 0]);
});

it('never throws, whatever the body holds and wherever it is sent', () => {
  const bytes = fc.uint8Array().map((array) => Buffer.from(array));
  const json = fc.jsonValue().map((value) => wrapped(payloadData('1-0-4'), [value]));
  const bare = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)));
  const path = fc.constantFrom('/com.snowplowanalytics.snowplow/tp2', webhookPath, '/r/tp2', '/a/b');
  const content_type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', null);
  fc.assert(
    fc.property(fc.oneof(bytes, json, bare), path, content_type, (body, at, type) =>
      ['ok', 'failed'].includes(readPayload(aCollectorPayload({ body, path: at, content_type: type })).kind),
    ),
  );
});
