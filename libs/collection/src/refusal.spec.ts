import { refusalOf, valuePattern, type RefusalPolicy } from './refusal';

const dropAll: RefusalPolicy = {
  doNotTrack: 'drop',
  globalPrivacyControl: 'drop',
  optOutCookie: { name: 'tracking', refuses: valuePattern('no|0|off.*') },
};
const anonymiseAll: RefusalPolicy = {
  ...dropAll,
  doNotTrack: 'anonymise',
  globalPrivacyControl: 'anonymise',
};
const ignoreAll: RefusalPolicy = {
  doNotTrack: 'ignore',
  globalPrivacyControl: 'ignore',
  optOutCookie: null,
};

describe('refusalOf', () => {
  it.each([
    ['DNT: 1', { dnt: '1' }, dropAll, 'do_not_track'],
    ['DNT: 0, which allows', { dnt: '0' }, dropAll, null],
    ['DNT: null, which says nothing', { dnt: 'null' }, dropAll, null],
    ['Sec-GPC: 1', { 'sec-gpc': '1' }, dropAll, 'global_privacy_control'],
    ['Sec-GPC: 0, which is none', { 'sec-gpc': '0' }, dropAll, null],
    ['DNT: 1, sent twice', { dnt: '1, 1' }, dropAll, 'do_not_track'],
    ['DNT: 1 beside another', { dnt: '0,1' }, dropAll, 'do_not_track'],
    ['Sec-GPC: 1, sent twice', { 'sec-gpc': '1, 1' }, dropAll, 'global_privacy_control'],
    ['DNT: 10, which is none', { dnt: '10' }, dropAll, null],
    ['the second of two cookies', { cookie: 'tracking=yes; tracking=no' }, dropAll, 'opt_out'],
    ['both', { dnt: '1', 'sec-gpc': '1' }, dropAll, 'global_privacy_control'],
    ['the cookie', { cookie: 'a=1; tracking=no' }, dropAll, 'opt_out'],
    ['the cookie before a header', { cookie: 'tracking=no', dnt: '1' }, dropAll, 'opt_out'],
    ['the cookie by its pattern', { cookie: 'tracking=off-2026' }, dropAll, 'opt_out'],
    ['the cookie with a value that only contains a no', { cookie: 'tracking=note' }, dropAll, null],
    ['the cookie with another value', { cookie: 'tracking=yes' }, dropAll, null],
    ['another cookie', { cookie: 'xtracking=no' }, dropAll, null],
    ['nothing', {}, dropAll, null],
    ['DNT: 1, anonymised', { dnt: '1' }, anonymiseAll, 'anonymise'],
    ['Sec-GPC: 1, anonymised', { 'sec-gpc': '1' }, anonymiseAll, 'anonymise'],
    [
      'DNT: 1 that weighs more than Sec-GPC',
      { dnt: '1', 'sec-gpc': '1' },
      { ...anonymiseAll, doNotTrack: 'drop' },
      'do_not_track',
    ],
    ['all, where all is ignored', { dnt: '1', 'sec-gpc': '1', cookie: 'tracking=no' }, ignoreAll, null],
  ] as const)('hears %s', (_case, headers, policy, refusal) => {
    expect(refusalOf(headers, policy)).toBe(refusal);
  });
});

describe('valuePattern', () => {
  it('takes a time that grows with the value only', () => {
    const hostile = valuePattern('(a+)+(a|a)*(a*)*b');
    // An engine that goes back would not end within the time of a test.
    expect(hostile('a'.repeat(256))).toBe(false);
  });

  it('reads no value that is longer than any that was set for this', () => {
    expect(valuePattern('.*')('a'.repeat(257))).toBe(false);
  });

  it.each(['(', '[a', '(?=a)', String.raw`(a)\1`])('refuses %s, which is no pattern', (pattern) => {
    expect(() => valuePattern(pattern)).toThrow();
  });
});
