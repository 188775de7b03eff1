import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SchemaKey } from '@headwater/validation';
import type { RegistryEntry } from './iglu-config';
import { httpSource } from './http-source';

const key: SchemaKey = {
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 2,
};
const document = { self: { name: 'click' }, type: 'object' };
const TIMEOUT_MS = 300;
const MiB = 1024 * 1024;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const status =
  (code: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(code, headers).end(body);
  };

describe('an HTTP registry', () => {
  let server: Server;
  let answer: Answer;
  let asked: IncomingMessage[];
  let base: string;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
  });
  afterEach(async () => {
    server.closeAllConnections();
    await Promise.all(open.splice(0).map((source) => source.close()));
  });
  afterAll(() => new Promise((closed) => server.close(closed)));

  const source = (known: Partial<RegistryEntry> = {}) => {
    const entry: RegistryEntry = {
      name: 'ours',
      url: base,
      kind: 'static',
      priority: 10,
      vendorPrefixes: [],
      allowPrivate: true,
      ...known,
    };
    const made = httpSource(entry, TIMEOUT_MS);
    open.push(made);
    return made;
  };

  it('is asked at /schemas/vendor/name/format/version', async () => {
    answer = status(200, JSON.stringify(document));
    await expect(source({ url: `${base}/` }).fetch(key)).resolves.toEqual({ kind: 'found', document });
    expect(asked[0]?.url).toBe('/schemas/com.acme/click/jsonschema/1-0-2');
    expect(asked[0]?.headers['apikey']).toBeUndefined();
  });

  it('is asked with its key at /api/schemas when it is an Iglu server', async () => {
    answer = status(200, JSON.stringify(document));
    await source({ kind: 'server', apiKey: 'k-1' }).fetch(key);
    expect(asked[0]?.url).toBe('/api/schemas/com.acme/click/jsonschema/1-0-2');
    expect(asked[0]?.headers['apikey']).toBe('k-1');
  });

  it.each([404, 410])('does not have what it answers %d for', async (code) => {
    answer = status(code, '{"message":"Schema not found"}');
    await expect(source().fetch(key)).resolves.toEqual({ kind: 'missing' });
  });

  it.each<[string, Answer, string]>([
    ['an error', status(500, 'oops'), 'answered 500'],
    ['no key', status(401, '{"message":"Authentication error"}'), 'answered 401'],
    ['a missing right', status(403), 'answered 403'],
    ['nothing to say', status(204), 'answered 204'],
    ['a gateway in the way', status(502), 'answered 502'],
    ['too many questions', status(429), 'answered 429'],
    ['a redirect', status(302, '', { location: 'http://169.254.169.254/' }), 'answered 302'],
    ['a page', status(200, '<html>sign in</html>'), 'something that is not JSON'],
    ['nothing', status(200), 'something that is not JSON'],
    ['silence', () => undefined, 'did not answer'],
    ['a closed connection', (request) => request.socket.destroy(), 'did not answer'],
    [
      'an answer that never ends',
      (_request, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(drip);
        });
      },
      'did not answer',
    ],
    [
      'an answer too large',
      (_request, response) => {
        response.writeHead(200);
        response.write(' '.repeat(MiB));
        response.end(JSON.stringify(document));
      },
      'answered with more than 1048576 bytes',
    ],
  ])('is out of order when it gives %s', async (_case, given, reason) => {
    answer = given;
    await expect(source().fetch(key)).resolves.toEqual({
      kind: 'unreachable',
      reason: expect.stringContaining(reason) as string,
    });
    expect(asked).toHaveLength(1);
  });

  it('takes an answer of just the limit', async () => {
    const text = JSON.stringify(document);
    answer = status(200, text + ' '.repeat(MiB - text.length));
    await expect(source().fetch(key)).resolves.toEqual({ kind: 'found', document });
  });

  it('is out of order when nobody listens', async () => {
    await expect(source({ url: 'http://127.0.0.1:1' }).fetch(key)).resolves.toMatchObject({
      kind: 'unreachable',
      reason: expect.stringMatching(/did not answer \(.*ECONNREFUSED/) as string,
    });
  });

  it.each([
    ['a private address', { allowPrivate: false }, 'only https'],
    ['a private address over https', { allowPrivate: false, url: 'https://127.0.0.1:9' }, 'not public'],
    ['a name of this machine', { allowPrivate: false, url: 'https://localhost:9' }, 'not public'],
  ])('is not asked at %s unless that is allowed', async (_case, known, reason) => {
    answer = status(200, JSON.stringify(document));
    await expect(source(known).fetch(key)).resolves.toEqual({
      kind: 'unreachable',
      reason: expect.stringContaining(reason) as string,
    });
    expect(asked).toEqual([]);
  });

  it('is not followed to where it redirects', async () => {
    const elsewhere: string[] = [];
    const other = createServer((request, response) => {
      elsewhere.push(request.url ?? '');
      response.end(JSON.stringify(document));
    });
    await new Promise<void>((ready) => other.listen(0, '127.0.0.1', ready));
    const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    for (const code of [301, 302, 303, 307, 308]) {
      answer = status(code, '', { location });
      await expect(source().fetch(key)).resolves.toMatchObject({ kind: 'unreachable' });
    }
    await new Promise((closed) => other.close(closed));
    expect(elsewhere).toEqual([]);
  });

  it.each<[string, Partial<RegistryEntry>]>([
    ['a wrong answer', { apiKey: 's3cret-key' }],
    ['a key that is no header', { apiKey: 's3cret-key\nx' }],
    ['a password in the address', { url: 'http://me:s3cret-key@127.0.0.1:1' }],
    ['a key in the address', { url: 'http://127.0.0.1:1/?apikey=s3cret-key' }],
    ['an address that may not be asked', { url: 'http://10.0.0.1/s3cret-key', allowPrivate: false }],
  ])('tells nobody its key: %s', async (_case, known) => {
    answer = status(500, 's3cret-key');
    const said = await source({ kind: 'server', ...known }).fetch(key);
    expect(said.kind).toBe('unreachable');
    expect(JSON.stringify(said)).not.toContain('s3cret-key');
  });
});
