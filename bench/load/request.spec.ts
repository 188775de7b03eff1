import { eventId } from '../data/event-ids';
import { requestOf, stampRequest, type RequestShape } from './request';

const shape: RequestShape = {
  host: '127.0.0.1:8080',
  path: '/tp2',
  eventsPerRequest: 3,
  run: 'beefcafe',
  now: 1_782_000_000_000,
};
const bodyOf = (bytes: Buffer): string => bytes.toString().split('\r\n\r\n')[1] ?? '';

it('is a whole request whose length fits its body', () => {
  const text = requestOf(shape, 0).bytes.toString();
  expect(text).toMatch(/^POST \/tp2 HTTP\/1\.1\r\nhost: 127\.0\.0\.1:8080\r\n/);
  expect(/content-length: (\d+)\r\n/.exec(text)?.[1]).toBe(
    String(Buffer.byteLength(bodyOf(Buffer.from(text)))),
  );
});

it('gets new event ids in place', () => {
  const request = requestOf(shape, 0);
  const length = request.bytes.length;
  stampRequest(request, 1_000);
  const { data } = JSON.parse(bodyOf(request.bytes)) as { data: { eid: string }[] };
  expect(data.map(({ eid }) => eid)).toEqual([1000, 1001, 1002].map((number) => eventId('beefcafe', number)));
  expect(request.bytes).toHaveLength(length);
});

it('differs from connection to connection', () => {
  expect(bodyOf(requestOf(shape, 0).bytes)).not.toBe(bodyOf(requestOf(shape, 1).bytes));
});

it('sends a body of another program as it is', () => {
  const request = requestOf({ ...shape, body: Buffer.from('{"a":1}') }, 0);
  stampRequest(request, 5);
  expect(bodyOf(request.bytes)).toBe('{"a":1}');
});
