import { cookieValue, expireCookies, keepCookies, keptCookies, type CookiePolicy } from './cookies';

const A = 'aaaaaaaa-0000-4000-8000-00000000000a';
const off: CookiePolicy = {
  enabled: false,
  name: 'sp',
  clientName: null,
  maxAgeSeconds: 31_536_000,
  domains: [],
  fallbackDomain: null,
  sameSite: 'None',
  secure: true,
};
const on: CookiePolicy = { ...off, enabled: true };

describe('keepCookies', () => {
  it('sets none while cookies are off', () => {
    expect(keepCookies(off, {}, A)).toEqual([]);
  });

  it('sets one that scripts and plain HTTP cannot read', () => {
    expect(keepCookies(on, {}, A)).toEqual([
      `sp=${A}; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=None`,
    ]);
  });

  it('may be called __Host-… where no domain is set: then it is what browsers ask of that name', () => {
    const [cookie = ''] = keepCookies({ ...on, name: '__Host-sp' }, { origin: 'https://shop.example' }, A);
    expect(cookie).toMatch(/^__Host-sp=/);
    expect(cookie).toMatch(/; Path=\/;.*; Secure;/);
    expect(cookie).not.toContain('Domain');
  });

  it('sets a second one that scripts can read, where it has a name', () => {
    expect(keepCookies({ ...on, clientName: 'spc' }, {}, A)).toEqual([
      `sp=${A}; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=None`,
      `spc=${A}; Max-Age=31536000; Path=/; Secure; SameSite=None`,
    ]);
  });

  it.each([
    ['the domain of the page', 'https://shop.example', 'Domain=shop.example'],
    ['the domain of the page in capitals', 'https://SHOP.example', 'Domain=shop.example'],
    ['the parent domain of the page', 'https://www.shop.example:8443', 'Domain=shop.example'],
    [
      'the first that fits any of several pages',
      'https://a.example https://shop.example',
      'Domain=shop.example',
    ],
    ['the fallback for a domain that only ends alike', 'https://myshop.example', 'Domain=fallback.example'],
    ['the fallback for a child of the list', 'https://example', 'Domain=fallback.example'],
    ['the fallback for a stranger', 'https://evil.example', 'Domain=fallback.example'],
    ['the fallback for a page without origin', 'null', 'Domain=fallback.example'],
    ['the fallback without a page', undefined, 'Domain=fallback.example'],
  ])('takes %s', (_case, origin, expected) => {
    const policy = { ...on, domains: ['other.example', 'shop.example'], fallbackDomain: 'fallback.example' };
    expect(keepCookies(policy, { origin }, A)[0]).toContain(`; ${expected};`);
  });

  it('leaves the domain to the browser where none is configured', () => {
    expect(keepCookies(on, { origin: 'https://shop.example' }, A)[0]).not.toContain('Domain');
  });
});

describe('expireCookies', () => {
  it('ends the cookies of a browser that has them, even while cookies are off', () => {
    expect(expireCookies({ ...off, clientName: 'spc' }, { cookie: `sp=${A}; spc=${A}` })).toEqual([
      'sp=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None',
      'spc=; Max-Age=0; Path=/; Secure; SameSite=None',
    ]);
  });

  it('says nothing to a browser that has none', () => {
    expect(expireCookies(on, { cookie: 'other=1' })).toEqual([]);
    expect(expireCookies(on, {})).toEqual([]);
  });
});

describe('keptCookies', () => {
  it('keeps those of the list, addresses masked', () => {
    const headers = { cookie: 'plan=pro; session=secret; seen=81.2.69.142; empty=' };
    expect(keptCookies(headers, ['plan', 'seen', 'empty', 'other'])).toEqual({
      plan: 'pro',
      seen: '[address]',
      empty: '',
    });
  });

  it.each([
    ['none is sent', {}, ['plan']],
    ['none is listed', { cookie: 'plan=pro' }, []],
    ['none of the list is sent', { cookie: 'session=secret' }, ['plan']],
  ])('is null where %s', (_case, headers, names) => {
    expect(keptCookies(headers, names)).toBeNull();
  });

  it('keeps a cookie named like a property of every object', () => {
    expect(keptCookies({ cookie: '__proto__=1; constructor=2' }, ['__proto__', 'constructor'])).toEqual(
      Object.fromEntries([
        ['__proto__', '1'],
        ['constructor', '2'],
      ]),
    );
  });
});

it.each([
  ['a=1; b=2', 'b', '2'],
  ['a=1;b=2', 'b', '2'],
  ['a=1, b=2', 'b', '2'],
  ['a=b=c', 'a', 'b=c'],
  ['a', 'a', null],
  ['a=', 'a', ''],
  ['ab=1', 'a', null],
])('of %j the value of %s is %j', (cookie, name, value) => {
  expect(cookieValue({ cookie }, name)).toBe(value);
});
