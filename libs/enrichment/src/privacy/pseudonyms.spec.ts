import fc from 'fast-check';
import { createPseudonyms, pseudonymKeys } from './pseudonyms';

const secretOf = (letter: string): string => letter.repeat(32);
const general = { id: 'k1', secret: secretOf('a') };
const later = { id: 'k2', secret: secretOf('b'), from: '2026-06-01T00:00:00Z' };
const before = Date.parse('2026-05-31T23:59:59.999Z');
const after = Date.parse('2026-06-01T00:00:00.000Z');
const pseudonymOf = (
  keys: Parameters<typeof createPseudonyms>[0],
  app: string,
  time = after,
  id = 'alice',
): string => createPseudonyms(keys).at(app, time).pseudonymOf(id);

describe('pseudonyms', () => {
  it('are the same for the same key, app and identifier, in any process', () => {
    // Computed with Python: hmac(hmac(secret, 'pseudonym\x1fapp\x1fshop'), 'alice').
    expect(pseudonymOf([general], 'shop')).toBe('9774f3c6531a6784e82f3d32b66ac2e7');
  });

  it('differ by identifier, app and key', () => {
    const all = [
      pseudonymOf([general], 'shop'),
      pseudonymOf([general], 'blog'),
      pseudonymOf([{ ...general, secret: secretOf('c') }], 'shop'),
      pseudonymOf([general], 'shop', after, 'bob'),
    ];
    expect(new Set(all).size).toBe(4);
  });

  it('are 32 hex digits, and UUIDs of version 8 for UUIDs', () => {
    const { pseudonymOf: of } = createPseudonyms([general]).at('shop', after);
    fc.assert(fc.property(fc.string(), (identifier) => /^[0-9a-f-]{32,36}$/.test(of(identifier))));
    fc.assert(
      fc.property(fc.uuid(), (identifier) =>
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(of(identifier)),
      ),
    );
  });

  it('are UUIDs for the ids of old devices', () => {
    expect(pseudonymOf([general], 'shop', after, '9774d56d682e549c')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8/);
  });

  it('do not tell UUIDs apart that differ in case only', () => {
    const id = '6F1D9C1E-52A5-4D1C-8F0E-2F7B8F0C9A10';
    expect(pseudonymOf([general], 'shop', after, id)).toBe(
      pseudonymOf([general], 'shop', after, id.toLowerCase()),
    );
  });

  it('stay the same when more identifiers pass by than are remembered', () => {
    const { pseudonymOf: of } = createPseudonyms([general], { identifiers: 2, apps: 1 }).at('shop', after);
    const first = of('alice');
    for (let other = 0; other < 10; other += 1) of(`other ${other}`);
    expect(of('alice')).toBe(first);
  });
});

describe('keys', () => {
  it.each([
    ['before its time', before, 'k1'],
    ['from its time on', after, 'k2'],
  ])('a key is used %s', (_case, time, keyId) => {
    expect(createPseudonyms([later, general]).at('shop', time).keyId).toBe(keyId);
  });

  it('the oldest is used when none has begun', () => {
    expect(createPseudonyms([later]).at('shop', before).keyId).toBe('k2');
  });

  it('apps that share a key share their ids, others do not see it', () => {
    const shared = { id: 'shared', secret: secretOf('s'), apps: ['web', 'server'] as [string, ...string[]] };
    expect(pseudonymOf([general, shared], 'web')).toBe(pseudonymOf([general, shared], 'server'));
    expect(createPseudonyms([general, shared]).at('blog', after).keyId).toBe('k1');
  });

  it.each([
    ['a short secret', [{ id: 'k', secret: 'short' }], /at least 32 characters.*openssl rand/],
    ['none', [], /at least one key.*openssl rand/],
    ['two with one id', [general, { ...later, id: 'k1' }], /same id/],
    ['none for other apps', [{ ...general, apps: ['shop'] }], /without apps/],
    ['a time that is none', [{ ...general, from: 'tomorrow' }], /2026-01-01T00:00:00Z/],
    ['an id with blanks', [{ ...general, id: 'my key' }], /key id/],
  ])('are refused: %s', (_case, keys, message) => {
    expect(pseudonymKeys.safeParse(keys).error?.message).toMatch(message);
  });

  it('are accepted with all that they may hold', () => {
    expect(pseudonymKeys.safeParse([general, { ...later, apps: ['shop'] }]).success).toBe(true);
  });
});

describe('fingerprints', () => {
  const fingerprintOf = (keys: Parameters<typeof createPseudonyms>[0], text: string, app = 'shop'): string =>
    createPseudonyms(keys).fingerprintOf(app, text);

  it('are 32 hex digits that depend on the text, the app and the key', () => {
    const all = [
      fingerprintOf([general], 'a'),
      fingerprintOf([general], 'b'),
      fingerprintOf([general], 'a', 'blog'),
      fingerprintOf([{ ...general, secret: secretOf('c') }], 'a'),
    ];
    expect(new Set(all).size).toBe(4);
    expect(all.every((fingerprint) => /^[0-9a-f]{32}$/.test(fingerprint))).toBe(true);
  });

  it('outlive a rotation of keys, so that a copy sent after it is still a copy', () => {
    expect(fingerprintOf([general, later], 'a')).toBe(fingerprintOf([general], 'a'));
  });
});
