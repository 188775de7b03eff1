import { lockedPackages, packageAt, type Lockfile, type Manifest } from './lockfile';

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const REGISTRY = 'https://registry.npmjs.org/';
/** SHA-256 and stronger. */
const STRONG = /^sha(?:256|384|512)-[A-Za-z0-9+/]+=*$/;

/** Where a version is not exactly one, or what is installed is not exactly what was looked at: a sentence each. */
export function pinProblems(
  { dependencies, devDependencies }: Manifest,
  lockfile: Lockfile,
): readonly string[] {
  const wanted = { ...dependencies, ...devDependencies };
  return [
    ...(lockfile.lockfileVersion === 3
      ? []
      : ['package-lock.json is not of version 3: make it with npm 11.']),
    ...Object.entries(wanted)
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `package.json asks for ${name} "${version}": name one version exactly.`),
    ...Object.entries(wanted)
      .filter(([name, version]) => EXACT.test(version) && lockedVersion(lockfile, name) !== version)
      .map(
        ([name, version]) =>
          `package.json asks for ${name} ${version}, the lockfile has ${lockedVersion(lockfile, name) ?? 'none'}: run npm install under Node 24.`,
      ),
    ...lockedPackages(lockfile).flatMap(([folder, { integrity, resolved, link, version }]) => {
      const place = `${packageAt(folder)}@${String(version)}`;
      if (link === true) return [`${place} is a link to a folder: publish it, or take its code in.`];
      return [
        ...(integrity !== undefined && integrity.split(' ').every((hash) => STRONG.test(hash))
          ? []
          : [`${place} is locked without a strong hash: remove it from the lockfile and install it again.`]),
        ...(resolved === undefined || resolved.startsWith(REGISTRY)
          ? []
          : [`${place} comes from ${new URL(resolved, REGISTRY).origin}: take it from the npm registry.`]),
      ];
    }),
  ];
}

const lockedVersion = ({ packages }: Lockfile, name: string): string | undefined =>
  packages[`node_modules/${name}`]?.version;
