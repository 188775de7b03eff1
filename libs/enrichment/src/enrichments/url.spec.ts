import fc from 'fast-check';
import { partsOf, queryParameters } from './url';

const parts = (
  ...[scheme, host, port, path, query, fragment]: readonly (string | number | null)[]
): unknown => ({ scheme, host, port, path, query, fragment });

it.each([
  [
    'all parts',
    'https://shop.example:8443/cart?a=1#top',
    parts('https', 'shop.example', 8443, '/cart', 'a=1', 'top'),
  ],
  ['the port of https', 'https://shop.example/', parts('https', 'shop.example', 443, '/', null, null)],
  ['the port of http', 'HTTP://Shop.Example', parts('http', 'shop.example', 80, null, null, null)],
  [
    'no port where none is implied',
    'ftp://files.example/a',
    parts('ftp', 'files.example', null, '/a', null, null),
  ],
  [
    'a port that cannot be',
    'https://shop.example:70000/',
    parts('https', 'shop.example', null, '/', null, null),
  ],
  ['an address as host', 'http://[2001:db8::1]:81/', parts('http', '[2001:db8::1]', 81, '/', null, null)],
  [
    'a user name, which is passed over',
    'https://alice:pw@shop.example/',
    parts('https', 'shop.example', 443, '/', null, null),
  ],
  ['a query without a path', 'https://shop.example?a', parts('https', 'shop.example', 443, null, 'a', null)],
  [
    'a question mark in the fragment',
    'https://shop.example/#a?b',
    parts('https', 'shop.example', 443, '/', null, 'a?b'),
  ],
  [
    'an empty query and fragment',
    'https://shop.example/?#',
    parts('https', 'shop.example', 443, '/', null, null),
  ],
  [
    'an app',
    'android-app://com.example/path',
    parts('android-app', 'com.example', null, '/path', null, null),
  ],
  ['a file', 'file:///home/page.html', parts('file', null, null, '/home/page.html', null, null)],
  ['a scheme without a host', 'about:blank', parts('about', null, null, 'blank', null, null)],
  [
    'letters beyond ASCII',
    'https://münchen.example/straße',
    parts('https', 'münchen.example', 443, '/straße', null, null),
  ],
  ['a relative URL', '/cart?a=1', parts(null, null, null, null, null, null)],
  ['no URL', 'home', parts(null, null, null, null, null, null)],
  ['nothing', '', parts(null, null, null, null, null, null)],
])('takes apart %s', (_case, url, expected) => {
  expect(partsOf(url)).toEqual(expected);
});

it('agrees with the URL standard on web addresses', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const standard = new URL(url);
      expect(partsOf(url)).toMatchObject({
        scheme: standard.protocol.slice(0, -1),
        host: standard.hostname,
        query: standard.search.slice(1).replaceAll('%27', "'") || null,
      });
    }),
  );
});

it('takes any text in time that grows with its length only', () => {
  for (const piece of ['@', '[', ':', 'a:', '//', ':1']) partsOf(`https://${piece.repeat(50_000)}`);
});

it.each([
  ['wanted ones only', 'utm_source=a&b=c', { utm_source: 'a' }],
  ['the first of doubled ones', 'utm_source=a&utm_source=b', { utm_source: 'a' }],
  ['the first that is not empty', 'utm_source=&utm_source=b', { utm_source: 'b' }],
  ['decoded', 'utm%5Fsource=a%20b+c', { utm_source: 'a b c' }],
  ['a broken escape as it is', 'utm_source=100%', { utm_source: '100%' }],
])('finds parameters: %s', (_case, query, expected) => {
  expect(Object.fromEntries(queryParameters(query, new Set(['utm_source'])))).toEqual(expected);
});
