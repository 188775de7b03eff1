import { visitorAddress, type AddressPolicy } from './visitor-address';

const PROXY = '10.0.0.7';
const first: AddressPolicy = { trustedProxies: null, header: 'any' };

describe('visitorAddress', () => {
  it.each([
    ['the socket, without any header', {}, '10.0.0.0'],
    ['the first entry of X-Forwarded-For', { 'x-forwarded-for': '81.2.69.142, 70.1.1.1' }, '81.2.69.0'],
    ['the first entry that is an address', { 'x-forwarded-for': 'unknown, 81.2.69.142' }, '81.2.69.0'],
    ['an entry with a port', { 'x-forwarded-for': '81.2.69.142:4711' }, '81.2.69.0'],
    ['a listed header', { 'x-forwarded-for': ['81.2.69.142', '70.1.1.1'] }, '81.2.69.0'],
    ['Forwarded', { forwarded: 'proto=https;for=81.2.69.142;by=1.1.1.1, for=70.1.1.1' }, '81.2.69.0'],
    ['Forwarded with IPv6', { forwarded: 'For="[2001:db8:1::17]:4711"' }, '2001:db8:1::'],
    [
      'X-Forwarded-For before Forwarded',
      { 'x-forwarded-for': '81.2.69.142', forwarded: 'for=70.1.1.1' },
      '81.2.69.0',
    ],
    ['Forwarded with a quoted comma', { forwarded: 'by="a,b";for="81.2.69.142:80"' }, '81.2.69.0'],
    ['an address after one that is hidden', { forwarded: 'for=_hidden, for=81.2.69.142' }, '81.2.69.0'],
    ['an address after an unknown one', { forwarded: 'for=unknown, for="[2001:db8:1::17]"' }, '2001:db8:1::'],
    ['IPv6 in X-Forwarded-For', { 'x-forwarded-for': '2001:db8:1::17' }, '2001:db8:1::'],
    [
      'IPv6 with brackets and a port',
      { 'x-forwarded-for': '[2001:db8:1::17]:443, 10.0.0.1' },
      '2001:db8:1::',
    ],
    ['a quoted address', { 'x-forwarded-for': '"81.2.69.142"' }, '81.2.69.0'],
    ['nothing of a header without an address', { 'x-forwarded-for': 'unknown' }, null],
    ['nothing of an empty header', { 'x-forwarded-for': '' }, null],
    ['nothing where the header hides it', { forwarded: 'for=_hidden' }, null],
  ])('takes %s', (_case, headers, expected) => {
    expect(visitorAddress(headers, PROXY, first)).toBe(expected);
  });

  it.each([
    ['the connection', 0, '81.2.69.142, 70.2.2.2, 70.3.3.3', '10.0.0.0'],
    ['what the last proxy saw', 1, '81.2.69.142, 70.2.2.2, 70.3.3.3', '70.3.3.0'],
    ['what the last but one saw', 2, '81.2.69.142, 70.2.2.2, 70.3.3.3', '70.2.2.0'],
    ['the first hop, when there are as many', 3, '81.2.69.142, 70.2.2.2, 70.3.3.3', '81.2.69.0'],
    ['the connection, when hops are missing', 4, '6.6.6.6, 6.6.6.7, 70.3.3.3', '10.0.0.0'],
    ['no address that a visitor put in front', 1, '6.6.6.6, 81.2.69.142', '81.2.69.0'],
    ['no address for a hop that hides it', 1, '81.2.69.142, unknown', null],
  ])('takes %s, with %i trusted proxies', (_case, trustedProxies, hops, expected) => {
    expect(visitorAddress({ 'x-forwarded-for': hops }, PROXY, { trustedProxies, header: 'any' })).toBe(
      expected,
    );
    const forwarded = hops
      .split(', ')
      .map((hop) => `for="${hop}"`)
      .join(', ');
    expect(visitorAddress({ forwarded }, PROXY, { trustedProxies, header: 'any' })).toBe(expected);
  });

  it.each([
    ['X-Forwarded-For', '81.2.69.0'],
    ['Forwarded', '70.1.1.0'],
  ] as const)(
    'believes only %s where it is told so: the other one may be a visitor’s',
    (header, expected) => {
      const headers = { 'x-forwarded-for': '81.2.69.142', forwarded: 'for=70.1.1.1' };
      expect(visitorAddress(headers, PROXY, { trustedProxies: 1, header })).toBe(expected);
      expect(
        visitorAddress(
          header === 'Forwarded' ? { 'x-forwarded-for': '6.6.6.6' } : { forwarded: 'for=6.6.6.6' },
          PROXY,
          { trustedProxies: 1, header },
        ),
      ).toBe('10.0.0.0');
    },
  );

  it.each([
    ['a quote', 1, 'for=9.9.9.9;x=", for=81.2.69.142', '81.2.69.0'],
    ['a quote, before IPv6', 1, 'for=9.9.9.9;x=", for="[2001:db8:1::1]"', '2001:db8:1::'],
    ['a quote, before two proxies', 2, 'for=9.9.9.9;x=", for=81.2.69.142, for="10.0.0.2"', '81.2.69.0'],
    ['a quote that it closes', 2, 'for="9.9.9.9, for=9.9.9.8", for=81.2.69.142, for=10.0.0.2', '81.2.69.0'],
    ['a backslash in quotes', 1, String.raw`for="9.9.9.9\", for="81.2.69.142:80";proto=https`, '81.2.69.0'],
  ])(
    'is not misled by %s that a stranger put in front of %i proxies',
    (_case, trustedProxies, forwarded, expected) => {
      for (const header of ['any', 'Forwarded'] as const)
        expect(visitorAddress({ forwarded }, PROXY, { trustedProxies, header })).toBe(expected);
    },
  );

  it('knows no address once the socket is gone', () => {
    expect(visitorAddress({}, undefined, first)).toBeNull();
  });

  it('takes no longer for a header that is made to be slow', () => {
    const hostile = [
      `for="${'\\"'.repeat(400_000)}`,
      '"'.repeat(799_999),
      `for=${' '.repeat(800_000)}x`,
      ','.repeat(800_000),
    ];
    // What takes the square of their length would not end within the time of a test.
    for (const forwarded of hostile) expect(() => visitorAddress({ forwarded }, PROXY, first)).not.toThrow();
  });
});
