import fc from 'fast-check';
import { corsHeaders, preflightHeaders, type CorsPolicy } from './cors';

const anyone: CorsPolicy = { origins: ['*'], headers: [], maxAgeSeconds: 3600 };
const listed: CorsPolicy = { ...anyone, origins: ['https://shop.example'], headers: ['X-Tenant'] };
const granted = (origin: string): readonly string[] => [
  'Vary',
  'Origin',
  'Access-Control-Allow-Origin',
  origin,
  'Access-Control-Allow-Credentials',
  'true',
];

describe('corsHeaders', () => {
  it.each([
    ['a page', 'https://shop.example', 'https://shop.example'],
    ['a page with a port', 'http://localhost:3000', 'http://localhost:3000'],
    ['a page on an IPv6 host', 'http://[::1]:8080', 'http://[::1]:8080'],
    ['an app', 'capacitor://localhost', 'capacitor://localhost'],
    ['the first of several', 'https://a.example https://b.example', 'https://a.example'],
    ['a client that is no page', undefined, '*'],
  ])('lets in %s', (_case, origin, allowed) => {
    expect(corsHeaders(anyone, origin)).toEqual(granted(allowed));
  });

  it.each([
    'null',
    '',
    'javascript:alert(1)',
    'https://a.example/path',
    'https://user@a.example',
    'https://a"b',
  ])('gives %j nothing', (origin) => {
    expect(corsHeaders(anyone, origin)).toEqual(['Vary', 'Origin']);
  });

  it.each([
    'https://evil-shop.example',
    'https://shop.example.evil.example',
    'https://shop.example:8443',
    'http://shop.example',
    'https://shopXexample',
    'null',
    '*',
  ])('does not take %s for the one on the list', (origin) => {
    expect(corsHeaders(listed, origin)).toEqual(['Vary', 'Origin']);
  });

  it('lets in the one on the list', () => {
    expect(corsHeaders(listed, 'https://shop.example')).toEqual(granted('https://shop.example'));
    expect(corsHeaders({ ...listed, origins: ['null'] }, 'null')).toEqual(granted('null'));
  });

  it('never repeats a character that could end a header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(corsHeaders(anyone, `https://a.example${text}`).join('')).not.toMatch(/[\r\n\0,;"<>\\]/);
      }),
    );
  });
});

describe('preflightHeaders', () => {
  it('allows what trackers send, and what is configured', () => {
    expect(preflightHeaders(listed, 'https://shop.example')).toEqual([
      ...granted('https://shop.example'),
      'Access-Control-Allow-Methods',
      'POST, GET, HEAD, OPTIONS',
      'Access-Control-Allow-Headers',
      'Content-Type, SP-Anonymous, X-GitLab-AppId, X-Headwater-Key, X-Headwater-Strict, X-Tenant',
      'Access-Control-Max-Age',
      '3600',
    ]);
  });

  it('tells strangers nothing', () => {
    expect(preflightHeaders(listed, 'https://evil.example')).toEqual(['Vary', 'Origin']);
  });
});
