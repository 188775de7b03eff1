import { expireCookie, keepCookie, networkUserId, type CookiePolicy } from './network-user-id';

const A = 'aaaaaaaa-0000-4000-8000-00000000000a';
const B = 'bbbbbbbb-0000-4000-8000-00000000000b';
const FRESH = 'cccccccc-0000-4000-8000-00000000000c';
const newId = (): string => FRESH;
const off: CookiePolicy = {
  enabled: false,
  name: 'sp',
  maxAgeSeconds: 31_536_000,
  domains: [],
  fallbackDomain: null,
  sameSite: 'None',
  secure: true,
};
const on: CookiePolicy = { ...off, enabled: true };

describe('networkUserId', () => {
  it.each([
    ['the parameter before the cookie', `e=pv&nuid=${A}`, { cookie: `sp=${B}` }, A],
    ['the cookie', null, { cookie: `x=1; sp=${B}; y=2` }, B],
    ['a new id', null, {}, FRESH],
    ['a new id for another cookie', null, { cookie: `xsp=${B}; spx=${B}` }, FRESH],
    ['a new id for a parameter that ends alike', `tnuid=${A}`, {}, FRESH],
    ['a new id where the parameter is an address', 'nuid=81.2.69.142', {}, FRESH],
    ['a new id where the cookie would break a header', null, { cookie: 'sp=a\tb' }, FRESH],
  ])('takes %s', (_case, querystring, headers, expected) => {
    expect(networkUserId(querystring, headers, on, newId)).toBe(expected);
  });

  it('reads no cookie while cookies are off', () => {
    expect(networkUserId(null, { cookie: `sp=${B}` }, off, newId)).toBe(FRESH);
  });
});

describe('keepCookie', () => {
  it('sets none while cookies are off', () => {
    expect(keepCookie(off, {}, A)).toBeNull();
  });

  it('sets one that scripts and plain HTTP cannot read', () => {
    expect(keepCookie(on, {}, A)).toBe(`sp=${A}; Max-Age=31536000; Path=/; HttpOnly; Secure; SameSite=None`);
  });

  it.each([
    ['the domain of the page', 'https://shop.example', 'Domain=shop.example'],
    ['the parent domain of the page', 'https://www.shop.example:8443', 'Domain=shop.example'],
    ['the fallback for a domain that only ends alike', 'https://myshop.example', 'Domain=fallback.example'],
    ['the fallback for a stranger', 'https://evil.example', 'Domain=fallback.example'],
    ['the fallback without a page', undefined, 'Domain=fallback.example'],
  ])('takes %s', (_case, origin, expected) => {
    const policy = { ...on, domains: ['other.example', 'shop.example'], fallbackDomain: 'fallback.example' };
    expect(keepCookie(policy, { origin }, A)).toContain(`; ${expected};`);
  });
});

describe('expireCookie', () => {
  it('ends the cookie of a browser that has one, even while cookies are off', () => {
    expect(expireCookie(off, { cookie: `sp=${A}` })).toBe(
      'sp=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=None',
    );
  });

  it('says nothing to a browser that has none', () => {
    expect(expireCookie(on, { cookie: 'other=1' })).toBeNull();
    expect(expireCookie(on, {})).toBeNull();
  });
});
