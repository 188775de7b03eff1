import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tallyOf, type SuiteContext, type Tally } from '../verify/suite';
import { images } from '@headwater/stack';
import { baseImageProblems, imageProblems, imagesIn } from './base-images';
import { scriptProblems } from './install-scripts';
import { licenceIn, licenceProblems, type Licensed } from './licences';
import { packageAt, readJson, shippedPackages, type Lockfile, type Manifest } from './lockfile';
import { makeSbom, shippedNames } from './make-sbom';
import { pinProblems } from './pins';
import { pythonProblems } from './python-pins';
import { sbomProblems } from './sbom';

const REQUIREMENTS = ['tools/chart/requirements.txt', 'e2e/python/requirements.txt'];

interface Rule {
  readonly name: string;
  readonly problems: () => readonly string[];
}

/** Holds what ships against the rules: licences, pins, install scripts, the list of parts, base images; and what runs beside it, and its tests. */
export function verifySupplyChain({ root }: Pick<SuiteContext, 'root'>): Promise<Tally> {
  const manifest = readJson(root, 'package.json') as Manifest;
  const lockfile = readJson(root, 'package-lock.json') as Lockfile;
  const shipped = licensed(root, lockfile);
  const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');
  const agpl: Licensed = { name: 'a-fake', version: '1.0.0', licence: 'AGPL-3.0-only' };
  const rules: readonly Rule[] = [
    {
      name: `${String(shipped.length)} packages that may ship are under licences that allow it`,
      problems: () => licenceProblems(shipped),
    },
    {
      name: 'a package under the AGPL would be refused',
      problems: () =>
        licenceProblems([...shipped, agpl]).some((problem) => problem.startsWith('a-fake@1.0.0 '))
          ? []
          : ['It was let pass.'],
    },
    {
      name: 'every version is exact, every package has a hash and comes from the registry',
      problems: () => pinProblems(manifest, lockfile),
    },
    {
      name: 'no package runs a script at install unless it was agreed to',
      problems: () => scriptProblems(manifest, lockfile),
    },
    {
      name: 'the list of parts is whole, and the same when it is made again',
      problems: () => listProblems(root),
    },
    {
      name: 'base images are named by digest, or a person has said why not',
      problems: () => baseImageProblems(textOf('Dockerfile')),
    },
    {
      name: 'images that run beside are named by digest or exact version, or a person has said why not',
      problems: () => [
        ...imageProblems('docker-compose.yml', imagesIn(textOf('docker-compose.yml'))),
        ...imageProblems('tools/stack/images.ts', Object.values(images)),
      ],
    },
    {
      name: 'every Python package of the tests is one version with hashes',
      problems: () => REQUIREMENTS.flatMap((file) => pythonProblems(file, textOf(file))),
    },
  ];
  return tallyOf(
    rules.map(({ name, problems }) => ({
      name,
      run: () =>
        problems()
          .map((line) => `        ${line}\n`)
          .join('') || null,
    })),
  );
}

/**
 * What may ship. The licence is the one in the package itself; where it is not installed (it is for
 * another machine), the one that the lockfile recorded.
 */
function licensed(root: string, lockfile: Lockfile): readonly Licensed[] {
  return shippedPackages(lockfile).map(([folder, { version = 'unknown', license }]) => ({
    name: packageAt(folder),
    version,
    licence: existsSync(join(root, folder, 'package.json'))
      ? licenceIn(readJson(root, `${folder}/package.json`) as Parameters<typeof licenceIn>[0])
      : (license ?? null),
  }));
}

function listProblems(root: string): readonly string[] {
  const [sbom, again] = [makeSbom(root), makeSbom(root)];
  return [
    ...sbomProblems(sbom, shippedNames(root)),
    ...(JSON.stringify(sbom) === JSON.stringify(again) ? [] : ['Two lists of the same parts differ.']),
  ];
}
