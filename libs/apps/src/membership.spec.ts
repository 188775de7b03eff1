import { createMembership, type Entrant, type Membership } from './membership';
import { aRegistry } from './registry.fixture';

const apps = [
  { id: 'open' },
  { id: 'keyed', keys: ['key-of-keyed'] },
  { id: 'paged', origins: ['https://paged.example'] },
  { id: 'small', quota: { eventsPerSecond: 1, burst: 2 } },
  { id: 'large', quota: { eventsPerSecond: 10 } },
];
const entrant = (known: Partial<Entrant>): Entrant => ({
  app_id: 'open',
  admittedApp: null,
  origin: null,
  collector_tstamp: 0,
  ...known,
});

describe('an event', () => {
  const fateOf = (known: Partial<Entrant>, policy: object = {}): string => {
    const outcome = createMembership(aRegistry({ apps, ...policy }), { sharedBy: 1 }).admit(entrant(known));
    if (outcome.kind === 'ok') return 'ok';
    return outcome.kind === 'failed'
      ? `failed ${String(outcome.failures[0].type)}`
      : `dropped ${outcome.reason}`;
  };

  it.each<[string, Partial<Entrant>, object, string]>([
    ['of a known app enters', {}, {}, 'ok'],
    ['of an unknown app enters, unless the policy is another', { app_id: 'who' }, {}, 'ok'],
    ['of an unknown app fails', { app_id: 'who' }, { unknown: 'fail' }, 'failed app_not_admitted'],
    ['of an unknown app is dropped', { app_id: 'who' }, { unknown: 'drop' }, 'dropped app_not_admitted'],
    [
      'of an unknown app is dropped where requests are rejected',
      { app_id: 'who' },
      { unknown: 'reject' },
      'dropped app_not_admitted',
    ],
    [
      'without an app is one of an unknown app',
      { app_id: 'unknown' },
      { unknown: 'fail' },
      'failed app_not_admitted',
    ],
    ['of an app with keys enters with the proof', { app_id: 'keyed', admittedApp: 'keyed' }, {}, 'ok'],
    ['of an app with keys fails without it', { app_id: 'keyed' }, {}, 'failed app_not_admitted'],
    [
      'of an app with keys is dropped without it',
      { app_id: 'keyed' },
      { unproven: 'drop' },
      'dropped app_not_admitted',
    ],
    [
      'of another app than its request fails',
      { app_id: 'open', admittedApp: 'keyed' },
      {},
      'failed app_not_admitted',
    ],
    [
      'of an unknown app in a request of a known one fails',
      { app_id: 'who', admittedApp: 'open' },
      {},
      'failed app_not_admitted',
    ],
    [
      'from a foreign page is dropped where requests are rejected',
      { app_id: 'paged', origin: 'https://evil.example' },
      { unknown: 'reject', unproven: 'reject' },
      'dropped app_not_admitted',
    ],
    [
      'from a foreign page fails',
      { app_id: 'paged', origin: 'https://evil.example' },
      {},
      'failed app_not_admitted',
    ],
    ['from a page without a name fails', { app_id: 'paged', origin: 'null' }, {}, 'failed app_not_admitted'],
    ['from a page of its app enters', { app_id: 'paged', origin: 'https://paged.example' }, {}, 'ok'],
    ['from no page, as servers send, enters', { app_id: 'paged' }, {}, 'ok'],
    ['of an app without pages enters from any', { origin: 'https://evil.example' }, {}, 'ok'],
    [
      'whose request the collector admitted is not asked for its page again',
      { app_id: 'paged', admittedApp: 'paged', origin: 'https://evil.example' },
      {},
      'ok',
    ],
  ])('%s', (_case, known, policy, expected) => {
    expect(fateOf(known, policy)).toBe(expected);
  });
});

describe('a quota', () => {
  const fatesOf = (app_id: string, times: readonly number[], policy: object = {}, sharedBy = 1): string => {
    const membership = createMembership(aRegistry({ apps, ...policy }), { sharedBy });
    return times
      .map((collector_tstamp) => membership.admit(entrant({ app_id, collector_tstamp })).kind)
      .map((kind) => kind.charAt(0))
      .join('');
  };

  it.each([
    [
      'grants a burst and then the rate',
      'small',
      [0, 0, 0, 1_000, 1_000, 5_000, 5_000, 5_000],
      {},
      1,
      'oofofoof',
    ],
    ['drops where the policy says so', 'small', [0, 0, 0], { overQuota: 'drop' }, 1, 'ood'],
    ['is shared by programs', 'small', [0, 0, 1_000, 2_000], {}, 2, 'offo'],
    [
      'runs on the clock of the collector, also of late ones',
      'small',
      [10_000, 10_000, 3_000, 11_000],
      {},
      1,
      'oofo',
    ],
    ['is no limit to an app without', 'open', [0, 0, 0, 0, 0], {}, 1, 'ooooo'],
  ])('%s', (_case, app_id, times, policy, sharedBy, fates) => {
    expect(fatesOf(app_id, times, policy, sharedBy)).toBe(fates);
  });

  it('lets a minute of it come at once, where nothing else is said', () => {
    const fates = fatesOf(
      'large',
      Array.from({ length: 700 }, () => 0),
    );
    expect(fates).toBe(`${'o'.repeat(600)}${'f'.repeat(100)}`);
  });

  it('of one app is nothing to another', () => {
    const membership = createMembership(aRegistry({ apps }), { sharedBy: 1 });
    for (let n = 0; n < 100; n += 1) membership.admit(entrant({ app_id: 'small' }));
    expect(membership.admit(entrant({ app_id: 'large' })).kind).toBe('ok');
  });

  it('is not used up by events that may not enter anyway', () => {
    const guarded = [{ id: 'small', keys: ['key-of-small'], quota: { eventsPerSecond: 1, burst: 1 } }];
    const membership = createMembership(aRegistry({ apps: guarded }), { sharedBy: 1 });
    for (let n = 0; n < 10; n += 1) membership.admit(entrant({ app_id: 'small' }));
    expect(membership.admit(entrant({ app_id: 'small', admittedApp: 'small' })).kind).toBe('ok');
  });
});

describe('a quota, when a batch is judged again', () => {
  const quota = { eventsPerSecond: 10, burst: 50 };
  const membershipOf = (app = { id: 'small', quota }): Membership =>
    createMembership(aRegistry({ apps: [app] }), { sharedBy: 1 });
  /** Fates of the events of a batch: five seconds with two records of five events each. */
  const judged = (
    { at, admit }: Membership,
    partition: number,
    first: number,
    next: number,
    startsAt = 0,
  ): string => {
    const fates: string[] = [];
    for (let offset = first; offset < next; offset += 1) {
      at({ partition, first: BigInt(first), offset: BigInt(offset) });
      const collector_tstamp = startsAt + (offset % 100) * 500;
      for (let n = 0; n < 5; n += 1) fates.push(admit(entrant({ app_id: 'small', collector_tstamp })).kind);
    }
    return fates.map((fate) => fate.charAt(0)).join('');
  };
  const all = 'o'.repeat(50);

  it('grants the same, however often', () => {
    const membership = membershipOf();
    for (let n = 0; n < 100; n += 1) expect(judged(membership, 0, 0, 10)).toBe(all);
    // Counted once: of the burst there is left what the rate gave back.
    const later = judged(membership, 0, 100, 110, 4_500);
    expect(later).toBe(judged(membershipAfterOne(), 0, 100, 110, 4_500));
  });
  const membershipAfterOne = (): Membership => {
    const membership = membershipOf();
    judged(membership, 0, 0, 10);
    return membership;
  };

  it('also refuses the same: to judge again is no second chance', () => {
    const membership = membershipOf({ id: 'small', quota: { eventsPerSecond: 1, burst: 7 } });
    const once = judged(membership, 0, 0, 10);
    expect(once).toContain('f');
    expect(judged(membership, 0, 0, 10)).toBe(once);
  });

  it('counts what other partitions were granted meanwhile once too', () => {
    const tight = { id: 'small', quota: { eventsPerSecond: 1, burst: 10 } };
    const [calm, troubled] = [membershipOf(tight), membershipOf(tight)];
    const first = judged(calm, 0, 0, 1);
    const others = judged(calm, 1, 0, 1) + judged(calm, 1, 1, 2);
    judged(troubled, 0, 0, 1);
    const othersThen = judged(troubled, 1, 0, 1);
    for (let n = 0; n < 20; n += 1) expect(judged(troubled, 0, 0, 1)).toBe(first);
    expect(othersThen + judged(troubled, 1, 1, 2)).toBe(others);
  });

  it('grants the same when the batch is cut elsewhere, or was only begun', () => {
    const tight = { id: 'small', quota: { eventsPerSecond: 1, burst: 7 } };
    const whole = judged(membershipOf(tight), 0, 0, 10);
    const cut = membershipOf(tight);
    judged(cut, 0, 0, 6);
    cut.at({ partition: 0, first: 0n, offset: 6n });
    cut.admit(entrant({ app_id: 'small', collector_tstamp: 3_000 }));
    expect(judged(cut, 0, 0, 4) + judged(cut, 0, 4, 8) + judged(cut, 0, 8, 10)).toBe(whole);
  });
});
