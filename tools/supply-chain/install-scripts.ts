import { lockedPackages, packageAt, type Lockfile, type Manifest } from './lockfile';

/** Packages that may run code of theirs at install, and why. `allowScripts` of package.json must say the same. */
export const reviewedScripts: Readonly<Record<string, string>> = {
  node: 'puts the pinned Node 24 into node_modules/.bin',
  esbuild: 'puts its binary where its JavaScript looks for it',
  '@swc/core': 'checks that its binary fits the machine',
};

/** Where code could run at install that nobody has agreed to: a sentence each. */
export function scriptProblems({ allowScripts = {} }: Manifest, lockfile: Lockfile): readonly string[] {
  const withScripts = new Set(
    lockedPackages(lockfile)
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([folder]) => packageAt(folder)),
  );
  const allowed = Object.entries(allowScripts).flatMap(([name, allows]) => (allows ? [name] : []));
  return [
    ...[...withScripts]
      .filter((name) => !(name in allowScripts))
      .map(
        (name) =>
          `${name} has an install script, and package.json does not say whether it may run (allowScripts).`,
      ),
    ...allowed
      .filter((name) => !(name in reviewedScripts))
      .map(
        (name) =>
          `${name} may run a script at install, and nobody has written down why (tools/supply-chain/install-scripts.ts).`,
      ),
    ...Object.keys(allowScripts)
      .filter((name) => !withScripts.has(name))
      .map((name) => `allowScripts names ${name}, which has no install script: remove the line.`),
  ];
}
