import { visitorAddress } from './visitor-address';

const PROXY = '10.0.0.7';

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
    ['nothing where the header hides it', { forwarded: 'for=_hidden' }, null],
  ])('takes %s', (_case, headers, expected) => {
    expect(visitorAddress(headers, PROXY, null)).toBe(expected);
  });

  it.each([
    [0, '10.0.0.0'],
    [1, '70.3.3.0'],
    [2, '70.2.2.0'],
    [3, '81.2.69.0'],
    [9, '81.2.69.0'],
  ])('with %i trusted proxies takes %s', (trustedProxies, expected) => {
    const headers = { 'x-forwarded-for': '81.2.69.142, 70.2.2.2, 70.3.3.3' };
    expect(visitorAddress(headers, PROXY, trustedProxies)).toBe(expected);
  });

  it('knows no address once the socket is gone', () => {
    expect(visitorAddress({}, undefined, null)).toBeNull();
  });
});
