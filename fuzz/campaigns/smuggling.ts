import { anEvent, payloadOf, TP2, type Attack, type Campaign } from '../attack';

const CRLF = '\r\n';
const HOST = 'Host: collector.example';
/** A request inside another one. Were it answered as one of its own, the rules for robots would be in the answer. */
const HIDDEN = `GET /robots.txt HTTP/1.1${CRLF}${HOST}${CRLF}${CRLF}`;

/** Requests that two parsers read differently, and requests that no parser should take. */
export const smuggling: Campaign = {
  name: 'smuggling',
  *attacks(random): Iterable<Attack> {
    const body = payloadOf(anEvent(random));
    const length = Buffer.byteLength(body);
    const request = (headers: readonly string[], content: string, line = `POST ${TP2} HTTP/1.1`): string =>
      [line, HOST, 'Content-Type: application/json', 'Connection: close', ...headers, '', content].join(CRLF);
    const chunked = (text: string, size = Buffer.byteLength(text).toString(16)): string =>
      `${size}${CRLF}${text}${CRLF}0${CRLF}${CRLF}`;
    const raw: Readonly<Record<string, readonly (string | Buffer)[]>> = {
      'both lengths': [
        request([`Content-Length: ${String(length)}`, 'Transfer-Encoding: chunked'], chunked(body) + HIDDEN),
      ],
      'both lengths, the other way round': [
        request(['Transfer-Encoding: chunked', 'Content-Length: 4'], chunked(body) + HIDDEN),
      ],
      'two different lengths': [request(['Content-Length: 5', `Content-Length: ${String(length)}`], body)],
      'two equal lengths': [
        request([`Content-Length: ${String(length)}`, `Content-Length: ${String(length)}`], body),
      ],
      'a list of lengths': [request([`Content-Length: ${String(length)}, ${String(length)}`], body)],
      'a negative length': [request(['Content-Length: -1'], body)],
      'a length with a plus': [request([`Content-Length: +${String(length)}`], body)],
      'a hexadecimal length': [request(['Content-Length: 0x10'], body)],
      'a length beyond all numbers': [request([`Content-Length: ${'9'.repeat(40)}`], body)],
      'a length that is too short': [request([`Content-Length: ${String(length - 3)}`], body)],
      'a space before the colon': [request([`Content-Length : ${String(length)}`], body)],
      'a folded header': [request([`Content-Length:${CRLF} ${String(length)}`], body)],
      'a tab in the coding': [request(['Transfer-Encoding:\tchunked'], chunked(body))],
      'an unknown coding': [request(['Transfer-Encoding: xchunked'], chunked(body))],
      'a doubled coding': [
        request(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunked(body)),
      ],
      'a list of codings': [request(['Transfer-Encoding: identity, chunked'], chunked(body))],
      'a coding in quotes': [request(['Transfer-Encoding: "chunked"'], chunked(body))],
      'a coding with a control character': [request(['Transfer-Encoding: \u000bchunked'], chunked(body))],
      'a chunk size that is no number': [request(['Transfer-Encoding: chunked'], chunked(body, 'zz'))],
      'a negative chunk size': [request(['Transfer-Encoding: chunked'], chunked(body, '-5'))],
      'a huge chunk size': [request(['Transfer-Encoding: chunked'], chunked(body, 'ffffffffffffffff'))],
      'a chunk size with 0x': [
        request(['Transfer-Encoding: chunked'], chunked(body, `0x${length.toString(16)}`)),
      ],
      'a chunk extension': [
        request(['Transfer-Encoding: chunked'], chunked(body, `${length.toString(16)};a=b`)),
      ],
      'a long chunk extension': [
        request(
          ['Transfer-Encoding: chunked'],
          chunked(body, `${length.toString(16)};${'a'.repeat(100_000)}`),
        ),
      ],
      trailers: [
        request(
          ['Transfer-Encoding: chunked', 'Trailer: X-A'],
          `${length.toString(16)}${CRLF}${body}${CRLF}0${CRLF}X-A: b${CRLF}${CRLF}`,
        ),
      ],
      'a chunk that ends in a bare line feed': [
        request(['Transfer-Encoding: chunked'], `${length.toString(16)}\n${body}\n0\n\n`),
      ],
      'bare line feeds': [request([`Content-Length: ${String(length)}`], body).replaceAll(CRLF, '\n')],
      'bare carriage returns': [request([`Content-Length: ${String(length)}`], body).replaceAll(CRLF, '\r')],
      'a NUL in a header': [request([`X-A: a\u0000b`, `Content-Length: ${String(length)}`], body)],
      'a NUL in a header name': [request([`X\u0000A: b`, `Content-Length: ${String(length)}`], body)],
      'an empty header name': [request([`: b`, `Content-Length: ${String(length)}`], body)],
      'a header without a colon': [request([`nothing`, `Content-Length: ${String(length)}`], body)],
      'two hosts': [request(['Host: other.example', `Content-Length: ${String(length)}`], body)],
      'no host': [`POST ${TP2} HTTP/1.1${CRLF}Content-Length: ${String(length)}${CRLF}${CRLF}${body}`],
      'an absolute target': [
        request([`Content-Length: ${String(length)}`], body, `POST http://other.example${TP2} HTTP/1.1`),
      ],
      'a target without a slash': [request([`Content-Length: ${String(length)}`], body, 'POST x/y HTTP/1.1')],
      'an asterisk': [request([], '', 'OPTIONS * HTTP/1.1')],
      'a fragment in the target': [
        request([`Content-Length: ${String(length)}`], body, `POST ${TP2}#x HTTP/1.1`),
      ],
      'HTTP/0.9': [`GET /i?e=pv${CRLF}`],
      'HTTP/1.0': [request([`Content-Length: ${String(length)}`], body, `POST ${TP2} HTTP/1.0`)],
      'HTTP/1.2': [request([`Content-Length: ${String(length)}`], body, `POST ${TP2} HTTP/1.2`)],
      'HTTP/9.9': [request([`Content-Length: ${String(length)}`], body, `POST ${TP2} HTTP/9.9`)],
      'the preface of HTTP/2': [`PRI * HTTP/2.0${CRLF}${CRLF}SM${CRLF}${CRLF}`],
      'a tunnel': [`CONNECT collector.example:443 HTTP/1.1${CRLF}${HOST}${CRLF}${CRLF}`],
      'an upgrade': [
        request(
          ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
          '',
          'GET /i?e=pv HTTP/1.1',
        ),
      ],
      'an unknown method': [request([], '', `SNOW ${TP2} HTTP/1.1`)],
      'a method in small letters': [request([], '', `post ${TP2} HTTP/1.1`)],
      'a request line of 100,000 characters': [request([], '', `GET /i?${'a'.repeat(100_000)} HTTP/1.1`)],
      'a header of 100,000 characters': [request([`X-A: ${'a'.repeat(100_000)}`], '')],
      '5,000 headers': [
        request(
          Array.from({ length: 5_000 }, (_, index) => `X-${String(index)}: a`),
          '',
        ),
      ],
      'a wait for permission': [request([`Content-Length: ${String(length)}`, 'Expect: 100-continue'], body)],
      'a wait for something else': [
        request([`Content-Length: ${String(length)}`, 'Expect: a-miracle'], body),
      ],
      'nothing but line ends': [CRLF.repeat(50)],
      'the hello of TLS': [Buffer.from('16030100050100000100', 'hex')],
      'random bytes': [Buffer.from(Array.from({ length: 4_096 }, () => random.below(256)))],
      'a request byte by byte': request([`Content-Length: ${String(length)}`], body).split(/(?=[\s\S])/),
      'a body that never comes': [request(['Content-Length: 100'], '')],
      'a second request behind a GET with a body': [
        request([`Content-Length: ${String(HIDDEN.length)}`], HIDDEN, 'GET /i?e=pv&p=web&tv=x HTTP/1.1'),
      ],
      'a content length on a preflight': [
        request(
          [`Content-Length: ${String(HIDDEN.length)}`, 'Origin: https://a.example'],
          HIDDEN,
          `OPTIONS ${TP2} HTTP/1.1`,
        ),
      ],
    };
    for (const [name, parts] of Object.entries(raw)) yield { name, send: { raw: parts }, events: 'any' };
  },
};
