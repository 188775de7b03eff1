import { forwardedFor, xForwardedFor } from './forwarded';

describe('forwardedFor', () => {
  it.each([
    ['one hop', 'for=192.0.2.43', ['192.0.2.43']],
    ['several hops', 'for=192.0.2.43, for=198.51.100.17', ['192.0.2.43', '198.51.100.17']],
    ['capitals', 'FOR=192.0.2.43', ['192.0.2.43']],
    ['other pairs around it', 'by=1.1.1.1;for=192.0.2.43;proto=http', ['192.0.2.43']],
    ['quotes, brackets and a port', 'for="[2001:db8:cafe::17]:4711"', ['[2001:db8:cafe::17]:4711']],
    ['separators in quotes', 'by="a,b;c";for="x,y;z"', ['x,y;z']],
    ['escapes in quotes', String.raw`for="a\"b\\c"`, [String.raw`a"b\c`]],
    [
      'what hides an address',
      'for=unknown, for=_hidden, for="_SEVKISEK"',
      ['unknown', '_hidden', '_SEVKISEK'],
    ],
    ['a hop without it', 'by=1.1.1.1, for=192.0.2.43', ['', '192.0.2.43']],
    ['a name that ends alike', 'xfor=1.1.1.1', ['']],
    ['nothing', '', ['']],
    ['a quote that never ends', 'for="192.0.2.43, for=198.51.100.17', ['"192.0.2.43, for=198.51.100.17']],
  ])('reads %s', (_case, header, expected) => {
    expect(forwardedFor(header)).toEqual(expected);
  });
});

it('reads the hops of X-Forwarded-For', () => {
  expect(xForwardedFor(' 192.0.2.43 ,198.51.100.17,, unknown')).toEqual([
    '192.0.2.43',
    '198.51.100.17',
    '',
    'unknown',
  ]);
});
