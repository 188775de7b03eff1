import type { CollectorPayload } from '@headwater/contracts';
import { aCollectorPayload } from '@headwater/testing';
import { valueOf } from '../protocol/parameters';
import type { SentEvent } from './sent-event';
import { readWebhook, WEBHOOK_PATH } from './webhook';

const schema = 'iglu:com.acme/order/jsonschema/1-0-0';
const inQuery = `schema=${encodeURIComponent(schema)}`;
const post = (body: string, known: Partial<CollectorPayload> = {}): CollectorPayload =>
  aCollectorPayload({
    path: WEBHOOK_PATH,
    content_type: 'application/json',
    body: Buffer.from(body),
    ...known,
  });
const get = (querystring: string): CollectorPayload =>
  post('', { method: 'GET', querystring, content_type: null });
const read = (payload: CollectorPayload): readonly SentEvent[] => {
  const outcome = readWebhook(payload);
  if (outcome.kind !== 'ok') throw new Error(`Nothing was read: ${JSON.stringify(outcome)}`);
  return outcome.value;
};
const dataOf = ({ values }: SentEvent): string => valueOf(values, 'ue_pr') ?? '';
const unstruct = (inner: string): string =>
  `{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0","data":${inner}}`;
const entity = (data: string): string => `{"schema":"${schema}","data":${data}}`;
const sent = ({ values }: SentEvent, ...keys: readonly string[]): readonly (string | undefined)[] =>
  keys.map((key) => valueOf(values, key));

it('makes a self-describing event of the server of a GET whose query string is the data', () => {
  const [event] = read(get(`${inQuery}&aid=shop&id=7&note=a%20b`));
  expect(event && sent(event, 'e', 'tv', 'p', 'aid')).toEqual([
    'ue',
    'com.snowplowanalytics.iglu-v1',
    'srv',
    'shop',
  ]);
  expect(event && dataOf(event)).toBe(unstruct(entity('{"id":"7","note":"a b"}')));
  expect(event?.problems).toEqual([]);
});

it('takes the platform, ids and the true time from the query string, and leaves them out of the data', () => {
  const own =
    'p=app&nuid=n&eid=6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10&ttm=1782000000000&url=https://a.example&cv=c';
  const [event] = read(get(`${inQuery}&${own}&id=7`));
  expect(event && sent(event, 'p', 'nuid', 'eid', 'ttm', 'url', 'cv')).toEqual([
    'app',
    'n',
    '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
    '1782000000000',
    'https://a.example',
    'c',
  ]);
  expect(event && dataOf(event)).toBe(unstruct(entity('{"id":"7"}')));
});

it.each([
  [
    'an object, its schema in the query string',
    inQuery,
    '{"id": 9007199254740993}',
    ['{"id": 9007199254740993}'],
  ],
  [
    'a list, the schema of all in the query string',
    inQuery,
    '[{"id":1}, {"id":2.0}]',
    ['{"id":1}', '{"id":2.0}'],
  ],
  ['self-describing JSON', null, entity('{"id":1}'), ['{"id":1}']],
  ['a list of self-describing JSON', null, `[${entity('{}')},${entity('[1]')}]`, ['{}', '[1]']],
])('reads a POST of %s, data as it was sent', (_case, querystring, body, data) => {
  expect(read(post(body, { querystring })).map(dataOf)).toEqual(data.map((one) => unstruct(entity(one))));
});

it('numbers the events of a list', () => {
  expect(read(post('[{},{},{}]', { querystring: inQuery })).map(({ index }) => index)).toEqual([0, 1, 2]);
});

it.each([
  ['in the query string', inQuery, 'id=7&aid=in+data'],
  ['in the form', 'aid=shop', `id=7&aid=in+data&${inQuery}`],
])('reads a form, its schema %s', (_case, querystring, body) => {
  const [event] = read(post(body, { querystring, content_type: 'application/x-www-form-urlencoded' }));
  expect(event && dataOf(event)).toBe(unstruct(entity('{"id":"7","aid":"in data"}')));
});

it('reads JSON that calls itself a form as JSON, as `curl -d` sends it', () => {
  const json = post('{"id":7,"x":"&ip=203.0.113.7"}', {
    querystring: inQuery,
    content_type: 'application/x-www-form-urlencoded',
  });
  const [event] = read(json);
  expect(event && dataOf(event)).toBe(unstruct(entity('{"id":7,"x":"&ip=203.0.113.7"}')));
});

it('leaves an element that does not describe itself to where entities are read', () => {
  const [good, bad] = read(post(`[${entity('{}')},{"id":7}]`));
  expect(good && dataOf(good)).toBe(unstruct(entity('{}')));
  expect(bad && dataOf(bad)).toBe(unstruct('{"id":7}'));
});

it.each<[string, CollectorPayload, string, string]>([
  ['a GET without a schema', get('id=7'), 'adapter_failure', 'schema'],
  ['an object without a schema', post('{"id":7}'), 'adapter_failure', 'schema'],
  ['a list without a schema', post('[{"id":7},1]'), 'adapter_failure', 'schema'],
  [
    'a form without a schema',
    post('id=7', { content_type: 'application/x-www-form-urlencoded; charset=UTF-8' }),
    'adapter_failure',
    'schema',
  ],
  ['a number', post('7', { querystring: inQuery }), 'adapter_failure', 'body'],
  ['an empty list', post('[]', { querystring: inQuery }), 'adapter_failure', 'body'],
  ['JSON that is cut off', post('{"id":', { querystring: inQuery }), 'payload_format_violation', 'body'],
  [
    'a form that is no UTF-8',
    post('', { body: Buffer.from([0xff]), content_type: 'application/x-www-form-urlencoded' }),
    'payload_format_violation',
    'body',
  ],
  ['XML', post('<a/>', { content_type: 'text/xml' }), 'adapter_failure', 'content_type'],
  ['no content type', post('{}', { content_type: null }), 'adapter_failure', 'content_type'],
])('reports %s', (_case, payload, type, field) => {
  expect(readWebhook(payload)).toMatchObject({ kind: 'failed', failures: [{ type, field }] });
});
