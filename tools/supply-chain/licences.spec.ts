import { isAllowed, licenceIn, licenceProblems, reviewed } from './licences';

const agpl = { name: 'ua-parser-js', version: '2.0.0', licence: 'AGPL-3.0-or-later' };

describe('licenceProblems', () => {
  it('lets pass what may be passed on', () => {
    expect(licenceProblems([{ name: 'a', version: '1.0.0', licence: 'MIT' }], [])).toEqual([]);
  });

  it('refuses a package under the AGPL', () => {
    expect(licenceProblems([agpl], [])).toEqual([
      expect.stringMatching(/^ua-parser-js@2\.0\.0 is under AGPL-3\.0-or-later, which is not on the list/),
    ]);
  });

  it('does not let an exception speak against what a package states itself', () => {
    expect(licenceProblems([agpl], [{ ...agpl, licence: 'MIT', reason: 'wishful' }])).toHaveLength(1);
  });

  it('refuses one that states none, unless a person has read it in this version', () => {
    const silent = { name: 'b', version: '1.2.0', licence: null };
    const read = { name: 'b', version: '1.2.0', licence: 'MIT', reason: 'LICENSE is MIT' };
    expect(licenceProblems([silent], [])).toEqual([expect.stringMatching(/^b@1\.2\.0 states no licence/)]);
    expect(licenceProblems([silent], [read])).toEqual([]);
    expect(licenceProblems([{ ...silent, version: '1.3.0' }], [read])).toEqual([
      expect.stringMatching(/^b@1\.3\.0 states no licence/),
      expect.stringMatching(/^The exception for b@1\.2\.0 fits no package/),
    ]);
  });

  it('knows a reason for each exception', () => {
    for (const { reason, licence } of reviewed)
      expect([reason.length > 20, isAllowed(licence)]).toEqual([true, true]);
  });
});

describe('isAllowed', () => {
  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['GPL-2.0-only OR (Apache-2.0 AND ISC)', true],
    ['Apache-2.0 AND MIT', true],
    ['MIT AND LGPL-3.0-or-later', false],
    ['MIT OR AGPL-3.0 AND MIT', true],
    ['(AGPL-3.0 OR SSPL-1.0)', false],
    ['BUSL-1.1', false],
    ['Elastic-2.0', false],
    ['GPL-2.0-only WITH Classpath-exception-2.0', false],
    ['UNLICENSED', false],
    ['SEE LICENSE IN LICENSE.md', false],
    ['MIT Apache-2.0', false],
    ['(MIT', false],
    ['', false],
  ])('%s: %s', (expression, allowed) => {
    expect(isAllowed(expression)).toBe(allowed);
  });
});

describe('licenceIn', () => {
  it.each<[object, string | null]>([
    [{ license: 'MIT' }, 'MIT'],
    [{ license: { type: 'ISC' } }, 'ISC'],
    [{ licenses: [{ type: 'MIT' }, { type: 'Apache-2.0' }] }, '(MIT OR Apache-2.0)'],
    [{ licenses: [{}] }, null],
    [{ licenses: [] }, null],
    [{ license: ' ' }, null],
    [{}, null],
  ])('%j', (manifest, licence) => {
    expect(licenceIn(manifest)).toBe(licence);
  });
});
