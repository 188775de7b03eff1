import { ResponseReader } from './response-reader';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok';
const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n';
const feed = (reader: ResponseReader, text: string): ReturnType<ResponseReader['read']> =>
  reader.read(Buffer.from(text));

it.each([
  ['a body with a length', ok, { status: 200, closes: false }],
  ['an empty body', 'HTTP/1.1 503 Nope\r\ncontent-length: 0\r\n\r\n', { status: 503, closes: false }],
  ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, closes: false }],
  ['chunks', chunked, { status: 200, closes: false }],
  [
    'a last one',
    'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    { status: 200, closes: true },
  ],
])('reads %s, whole and byte by byte', (_case, text, response) => {
  expect(feed(new ResponseReader(), text)).toEqual(response);
  const reader = new ResponseReader();
  const answers = text.split('').map((character) => feed(reader, character));
  expect(answers.at(-1)).toEqual(response);
  expect(answers.slice(0, -1).every((answer) => answer === null)).toBe(true);
});

it('reads one response after the other', () => {
  const reader = new ResponseReader();
  expect([feed(reader, ok), feed(reader, chunked), feed(reader, ok)].map((answer) => answer?.status)).toEqual(
    [200, 200, 200],
  );
});

it('takes the end of the connection as the end of a body without a length', () => {
  const reader = new ResponseReader();
  expect(feed(reader, 'HTTP/1.0 200 OK\r\n\r\nhello')).toBeNull();
  expect(reader.end()).toEqual({ status: 200, closes: true });
});

it('takes the end of the connection within a response for a failure', () => {
  const reader = new ResponseReader();
  feed(reader, ok.slice(0, -1));
  expect(reader.end()).toBeNull();
});

it('refuses what is no HTTP', () => {
  expect(() => feed(new ResponseReader(), 'SSH-2.0-x\r\n\r\n')).toThrow(/not an HTTP response/);
});
