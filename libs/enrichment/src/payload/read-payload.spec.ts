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

it.each<[string, Partial<CollectorPayload>, string, string]>([
  ['an unknown vendor', { path: '/com.acme/v1' }, 'adapter_failure', 'path'],
  ['a webhook', { path: '/com.snowplowanalytics.iglu/v1' }, 'adapter_failure', 'path'],
  ['a path scan', { path: '/wp-admin/setup.php' }, 'adapter_failure', 'path'],
  ['a path of JavaScript', { path: 'constructor' }, 'adapter_failure', 'path'],
  ['no path', { path: null }, 'adapter_failure', 'path'],
  ['a GET without a query string', { path: '/i', body: null }, 'tracker_protocol_violation', 'querystring'],
  ['neither body nor query string', { body: null }, 'tracker_protocol_violation', 'body'],
  ['an empty body', { body: Buffer.alloc(0) }, 'tracker_protocol_violation', 'body'],
  [
    'a form',
    { content_type: 'application/x-www-form-urlencoded' },
    'tracker_protocol_violation',
    'content_type',
  ],
  ['no content type', { content_type: null }, 'tracker_protocol_violation', 'content_type'],
  [
    'another charset',
    { content_type: 'application/json; charset=latin1' },
    'tracker_protocol_violation',
    'content_type',
  ],
  ['a body cut off', { body: tp2Body(aTrackerEvent()).subarray(0, 40) }, 'payload_format_violation', 'body'],
  ['bytes that are no UTF-8', { body: Buffer.from([0x7b, 0xff, 0x7d]) }, 'payload_format_violation', 'body'],
  ['a body that is no object', { body: Buffer.from('[]') }, 'tracker_protocol_violation', 'body'],
  ['a body of null', { body: Buffer.from('null') }, 'tracker_protocol_violation', 'body'],
  [
    'a later payload_data',
    { body: wrapped(payloadData('1-0-5'), [{}]) },
    'tracker_protocol_violation',
    'body',
  ],
  [
    'another schema',
    { body: wrapped('iglu:com.acme/x/jsonschema/1-0-0', [{}]) },
    'tracker_protocol_violation',
    'body',
  ],
  ['a schema that is no text', { body: wrapped(1, [{}]) }, 'tracker_protocol_violation', 'body'],
  ['data that is no list', { body: wrapped(payloadData('1-0-4'), {}) }, 'tracker_protocol_violation', 'body'],
  ['no events', { body: wrapped(payloadData('1-0-4'), []) }, 'tracker_protocol_violation', 'body'],
])('reports %s once for the whole payload', (_case, known, type, field) => {
  expect(problemOf(known)).toEqual([expect.objectContaining({ type, field })]);
});

it('never throws, whatever the body holds', () => {
  const bytes = fc.uint8Array().map((array) => Buffer.from(array));
  const json = fc.jsonValue().map((value) => wrapped(payloadData('1-0-4'), [value]));
  fc.assert(
    fc.property(fc.oneof(bytes, json), (body) =>
      ['ok', 'failed'].includes(readPayload(aCollectorPayload({ body })).kind),
    ),
  );
});
