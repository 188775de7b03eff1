import { spawnSync } from 'node:child_process';
import { packageAt, readJson, shippedPackages, type Lockfile } from './lockfile';
import { only, reproducible, type Sbom } from './sbom';

/** `name@version` of all that may ship. */
export const shippedNames = (folder: string): ReadonlySet<string> =>
  new Set(
    shippedPackages(readJson(folder, 'package-lock.json') as Lockfile).map(
      ([place, { version = 'unknown' }]) => `${packageAt(place)}@${version}`,
    ),
  );

/**
 * The parts that ship, as npm knows them, in CycloneDX. SOURCE_DATE_EPOCH (seconds since 1970) is its time, when it is set.
 *
 * @param folder where package.json, package-lock.json and node_modules are
 */
export function makeSbom(folder: string, env: NodeJS.ProcessEnv = process.env): Sbom {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--loglevel', 'error'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env },
  );
  if (status !== 0)
    throw new Error(
      `npm could not list the parts of ${folder}: ${stderr.slice(-2_000)}Run npm install there first.`,
    );
  const epoch = env['SOURCE_DATE_EPOCH'];
  const timestamp =
    epoch === undefined || epoch === '' ? null : new Date(Number(epoch) * 1_000).toISOString();
  return reproducible(only(JSON.parse(stdout) as Sbom, shippedNames(folder)), timestamp);
}
