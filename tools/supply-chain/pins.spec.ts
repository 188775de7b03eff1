import { pinProblems } from './pins';
import type { Lockfile } from './lockfile';

const locked = { version: '1.2.3', integrity: 'sha512-abc=' };
const lockfile = (packages: Lockfile['packages'] = { 'node_modules/a': locked }): Lockfile => ({
  lockfileVersion: 3,
  packages: { '': {}, ...packages },
});

describe('pinProblems', () => {
  it('lets pass exact versions that are locked by a hash', () => {
    expect(pinProblems({ dependencies: { a: '1.2.3' } }, lockfile())).toEqual([]);
  });

  it.each(['^1.2.3', '~1.2.3', '1.x', '*', 'latest', '>=1.2.3', 'github:a/a', 'file:../a'])(
    'refuses %s',
    (version) => {
      expect(pinProblems({ devDependencies: { a: version } }, lockfile())).toEqual([
        `package.json asks for a "${version}": name one version exactly.`,
      ]);
    },
  );

  it.each<[string, Lockfile, RegExp]>([
    [
      'another version than asked for',
      lockfile({ 'node_modules/a': { ...locked, version: '1.2.4' } }),
      /the lockfile has 1\.2\.4/,
    ],
    [
      'a package without a hash',
      lockfile({ 'node_modules/a': { version: '1.2.3' } }),
      /^a@1\.2\.3 is locked without/,
    ],
    [
      'a weak hash',
      lockfile({ 'node_modules/a': { ...locked, integrity: 'sha1-abc=' } }),
      /^a@1\.2\.3 is locked without a strong hash/,
    ],
    [
      'another source, however deep',
      lockfile({
        'node_modules/a': locked,
        'node_modules/a/node_modules/@b/c': { ...locked, resolved: 'git+ssh://git@evil.example/b.git' },
      }),
      /^@b\/c@1\.2\.3 comes from /,
    ],
    [
      'a registry that only begins like the right one',
      lockfile({
        'node_modules/a': { ...locked, resolved: 'https://registry.npmjs.org.evil.example/a.tgz' },
      }),
      /comes from https:\/\/registry\.npmjs\.org\.evil\.example/,
    ],
    ['a link', lockfile({ 'node_modules/a': { ...locked, link: true } }), /is a link to a folder/],
    ['an old lockfile', { ...lockfile(), lockfileVersion: 1 }, /not of version 3/],
  ])('refuses %s', (_case, lock, problem) => {
    expect(pinProblems({ dependencies: { a: '1.2.3' } }, lock)).toEqual([expect.stringMatching(problem)]);
  });

  it('lets pass the npm registry named in full', () => {
    const resolved = 'https://registry.npmjs.org/a/-/a-1.2.3.tgz';
    expect(pinProblems({}, lockfile({ 'node_modules/a': { ...locked, resolved } }))).toEqual([]);
  });
});
