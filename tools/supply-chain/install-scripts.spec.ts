import { scriptProblems } from './install-scripts';
import type { Lockfile } from './lockfile';

const having = (...names: readonly string[]): Lockfile => ({
  lockfileVersion: 3,
  packages: Object.fromEntries(names.map((name) => [`node_modules/${name}`, { hasInstallScript: true }])),
});

describe('scriptProblems', () => {
  it('lets pass scripts that were agreed to, and such that must not run', () => {
    expect(scriptProblems({ allowScripts: { node: true, nx: false } }, having('node', 'nx'))).toEqual([]);
  });

  it('refuses one that nobody decided about', () => {
    expect(scriptProblems({ allowScripts: {} }, having('left-pad'))).toEqual([
      'left-pad has an install script, and package.json does not say whether it may run (allowScripts).',
    ]);
  });

  it('refuses one that may run without a reason', () => {
    expect(scriptProblems({ allowScripts: { 'left-pad': true } }, having('left-pad'))).toEqual([
      expect.stringMatching(/^left-pad may run a script at install, and nobody has written down why/),
    ]);
  });

  it('refuses lines about packages that have none', () => {
    expect(scriptProblems({ allowScripts: { gone: false } }, having())).toEqual([
      'allowScripts names gone, which has no install script: remove the line.',
    ]);
  });
});
