import { readRegistry } from './registry';

describe('readRegistry', () => {
  it('has defaults for all but the id', () => {
    expect(readRegistry({ apps: [{ id: 'shop' }] })).toEqual({
      unknown: 'accept',
      unproven: 'fail',
      overQuota: 'fail',
      apps: [{ id: 'shop', keys: [], aliases: [], origins: [], strict: false }],
    });
    expect(readRegistry({})).toMatchObject({ apps: [] });
  });

  it('reads everything that an app can have', () => {
    const app = {
      id: 'shop',
      keys: ['wk_12345678'],
      aliases: ['/shop/t'],
      origins: ['https://shop.example', 'http://localhost:3000'],
      quota: { eventsPerSecond: 100, burst: 5_000 },
      requestsPerSecond: 0.5,
      requestBurst: 20,
      strict: true,
    };
    expect(readRegistry({ unknown: 'reject', unproven: 'drop', overQuota: 'drop', apps: [app] })).toEqual({
      unknown: 'reject',
      unproven: 'drop',
      overQuota: 'drop',
      apps: [app],
    });
  });

  it.each([
    ['no object', [], 'the registry: '],
    ['a policy that there is not', { unknown: 'maybe' }, 'unknown: '],
    ['a name that is written wrongly', { app: [] }, 'Unrecognized key'],
    ['an app without an id', { apps: [{}] }, 'apps.0.id: '],
    ['an origin with a path', { apps: [{ id: 'a', origins: ['https://a.example/'] }] }, 'apps.0.origins.0: '],
    ['an origin in capitals', { apps: [{ id: 'a', origins: ['https://A.example'] }] }, 'apps.0.origins.0: '],
    ['a short key', { apps: [{ id: 'a', keys: ['abc'] }] }, 'apps.0.keys.0: '],
    [
      'a quota of nothing',
      { apps: [{ id: 'a', quota: { eventsPerSecond: 0 } }] },
      'apps.0.quota.eventsPerSecond: ',
    ],
    ['an id twice', { apps: [{ id: 'a' }, { id: 'a' }] }, 'apps.1: the id "a" is listed a second time'],
    [
      'a path twice',
      {
        apps: [
          { id: 'a', aliases: ['/x'] },
          { id: 'b', aliases: ['/x'] },
        ],
      },
      'apps.1: the path "/x"',
    ],
  ])('says what is wrong with %s', (_case, document, problem) => {
    expect(readRegistry(document)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    [
      'of two apps',
      {
        apps: [
          { id: 'a', keys: ['secret-123'] },
          { id: 'b', keys: ['secret-123'] },
        ],
      },
    ],
    ['that is the id of another app', { apps: [{ id: 'secret-123' }, { id: 'b', keys: ['secret-123'] }] }],
  ])('refuses a key %s, and does not show it', (_case, document) => {
    const problems = readRegistry(document);
    expect(problems).toEqual([expect.stringMatching(/^apps\.1: one of its keys is listed a second time/)]);
    expect(JSON.stringify(problems)).not.toContain('secret-123');
  });
});
