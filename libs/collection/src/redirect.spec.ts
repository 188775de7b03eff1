import { scaledRuns } from '@headwater/testing';
import fc from 'fast-check';
import { redirectHost, redirectTarget } from './redirect';

const hosts = new Set(['shop.example', 'blog.example:8443', 'xn--mnchen-3ya.example', '[2001:db8::1]']);
const to = (u: string): string | null => redirectTarget(`e=uc&u=${encodeURIComponent(u)}&aid=shop`, hosts);

describe('redirectTarget', () => {
  it.each([
    ['https://shop.example', 'https://shop.example/'],
    ['http://shop.example/a?b=c#d', 'http://shop.example/a?b=c#d'],
    ['HTTPS://SHOP.EXAMPLE/A', 'https://shop.example/A'],
    ['https://shop.example:443/', 'https://shop.example/'],
    ['https://blog.example:8443/post', 'https://blog.example:8443/post'],
    ['https://münchen.example/ä', 'https://xn--mnchen-3ya.example/%C3%A4'],
    ['https://[2001:db8::1]/', 'https://[2001:db8::1]/'],
    ['https://shop.example/?u=https://evil.example', 'https://shop.example/?u=https://evil.example'],
    ['https://shop.example/%0d%0aX-Evil:1', 'https://shop.example/%0d%0aX-Evil:1'],
  ])('lets %s through', (u, location) => {
    expect(to(u)).toBe(location);
  });

  it.each([
    '',
    '/',
    '/local',
    'shop.example',
    '//shop.example',
    '//evil.example',
    '///evil.example',
    '////evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:shop.example',
    'https:/shop.example',
    'https:///evil.example',
    'https:////evil.example',
    'https:\\\\evil.example',
    'https:/\\evil.example',
    'https://\\evil.example',
    'https://evil.example',
    'https://evil.example/shop.example',
    'https://evil.example?shop.example',
    'https://evil.example#shop.example',
    'https://evil.example\\shop.example',
    'https://evil.example\\@shop.example',
    'https://evil.example/@shop.example',
    'https://shop.example@evil.example',
    'https://shop.example:443@evil.example',
    'https://shop.example%40evil.example',
    'https://user@shop.example',
    'https://user:secret@shop.example',
    'https://:@evil.example',
    'https://@shop.example@evil.example',
    'https://shop.example.evil.example',
    'https://evil-shop.example',
    'https://evilshop.example',
    'https://www.shop.example',
    'https://shop.example.',
    'https://shop.example:8443',
    'http://shop.example:443',
    'https://blog.example',
    'https://blog.example:8444',
    'https://shop.examplе', // a Cyrillic е
    'https://ѕhop.example', // a Cyrillic ѕ
    'https://shop。evil.example',
    'https://shop.example%2eevil.example',
    'https://shop.example%00.evil.example',
    'https://shop.example\u0000.evil.example',
    'https://shop.example\t.evil.example',
    'https://shop\t.example',
    'https://shop.example\n',
    'https://shop.example\r\nX-Evil: 1',
    'https://shop.example/\r\nSet-Cookie: a=b',
    ' https://shop.example',
    '\thttps://shop.example',
    '\u0001https://shop.example',
    '\u00a0https://shop.example',
    '\ufeffhttps://shop.example',
    'ht\ntps://shop.example',
    'javascript:alert(1)',
    'javascript://shop.example/%0aalert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'ftp://shop.example',
    'ws://shop.example',
    'blob:https://shop.example/1',
    'view-source:https://shop.example',
    'https://[::1]',
    'https://[shop.example]',
    'https://2130706433',
    'https://0x7f.1',
    'https://127.0.0.1',
    'https://169.254.169.254',
    `https://shop.example/${'x'.repeat(9_000)}`,
  ])('holds %j back', (u) => {
    expect(to(u)).toBeNull();
  });

  it.each([
    ['no parameter', null],
    ['an empty query string', ''],
    ['another parameter', 'url=https%3A%2F%2Fshop.example'],
    ['an address that is no text', 'u=%ff%fe'],
    ['an address that was encoded twice', 'u=https%253A%252F%252Fshop.example'],
  ])('holds %s back', (_case, querystring) => {
    expect(redirectTarget(querystring, hosts)).toBeNull();
  });

  it.each([
    'u=https://shop.example/a&u=https://evil.example',
    'u=https://shop.example/a&u=https://shop.example/b',
  ])('holds %s back: the event would record another target', (querystring) => {
    expect(redirectTarget(querystring, hosts)).toBeNull();
    expect(redirectTarget(querystring.split('&').reverse().join('&'), hosts)).toBeNull();
    expect(redirectTarget(querystring.replace('&u', '&%75'), hosts)).toBeNull();
  });

  it('sends nobody anywhere without a list', () => {
    expect(redirectTarget('u=https://shop.example', new Set())).toBeNull();
  });

  it('gives nothing but addresses of the list, in ASCII, whatever is asked', () => {
    const piece = fc.constantFrom(
      'https:',
      'http:',
      '/',
      '//',
      '\\',
      '@',
      ':',
      '.',
      '#',
      '?',
      '%2f',
      '\t',
      'shop.example',
      'evil.example',
      '443',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 }),
        (pieces) => {
          const location = to(pieces.join(''));
          if (location === null) return;
          expect(location).toMatch(/^[\x21-\x7e]+$/);
          expect(hosts).toContain(new URL(location).host);
        },
      ),
      { numRuns: scaledRuns(2_000) },
    );
  });
});

it.each([
  ['shop.example', 'shop.example'],
  ['SHOP.example', 'shop.example'],
  ['shop.example:8443', 'shop.example:8443'],
  ['münchen.example', 'xn--mnchen-3ya.example'],
  ['shop.example/', null],
  ['shop.example/path', null],
  ['user@shop.example', null],
  ['https://shop.example', null],
  ['*.shop.example#', null],
  ['', null],
])('reads the host %j of a list as %j', (text, host) => {
  expect(redirectHost(text)).toBe(host);
});
