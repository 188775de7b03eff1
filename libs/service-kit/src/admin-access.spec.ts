import { mayAdminister } from './admin-access';

const TOKEN = 'correct-horse-battery-staple';
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('mayAdminister, with a token', () => {
  it.each([
    ['the token', `Bearer ${TOKEN}`, true],
    ['the token, spelt otherwise', `bearer ${TOKEN}`, true],
    ['the token as a password', basic(`prometheus:${TOKEN}`), true],
    ['the token as a password of nobody', basic(`:${TOKEN}`), true],
    ['another token', 'Bearer correct-horse-battery-stapl', false],
    ['a longer one', `Bearer ${TOKEN}e`, false],
    ['another password', basic('prometheus:x'), false],
    ['the token as a user', basic(`${TOKEN}:x`), false],
    ['the token in another scheme', `Digest ${TOKEN}`, false],
    ['the token alone', TOKEN, false],
    ['an empty one', 'Bearer ', false],
    ['nothing', undefined, false],
  ])('%s', (_case, authorization, expected) => {
    const headers = authorization === undefined ? {} : { authorization };
    expect(mayAdminister({ peer: '203.0.113.9', headers }, TOKEN)).toBe(expected);
    expect(mayAdminister({ peer: '127.0.0.1', headers }, TOKEN)).toBe(expected);
  });
});

describe('mayAdminister, without a token', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('answers %s', (peer) => {
    expect(mayAdminister({ peer, headers: { host: 'localhost:8080' } }, undefined)).toBe(true);
  });

  it.each(['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '0.0.0.0', '127.0.0.1.evil.test', '', undefined])(
    'refuses %s',
    (peer) => {
      expect(mayAdminister({ peer, headers: {} }, undefined)).toBe(false);
    },
  );

  it.each([
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-forwarded',
    'forwarded',
    'via',
    'x-real-ip',
    'true-client-ip',
    'cf-connecting-ip',
    'x-envoy-external-address',
  ])('refuses what a proxy on this machine passes on: %s', (name) => {
    expect(mayAdminister({ peer: '127.0.0.1', headers: { [name]: '127.0.0.1' } }, undefined)).toBe(false);
  });

  it.each(['rebound.example:8080', 'localhost.example', 'example.org', '127.0.0.1.nip.io'])(
    'refuses a name that was made to lead here: %s',
    (host) => {
      expect(mayAdminister({ peer: '127.0.0.1', headers: { host } }, undefined)).toBe(false);
    },
  );

  it('is not swayed by an empty token that somebody sends', () => {
    expect(
      mayAdminister({ peer: '10.0.0.1', headers: { authorization: 'Bearer undefined' } }, undefined),
    ).toBe(false);
  });
});
