import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package of package-lock.json. */
export interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
  /** Where it was downloaded from; the lockfile leaves the usual registry out. */
  readonly resolved?: string;
  /** Nothing that ships needs it. */
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

export interface Lockfile {
  readonly lockfileVersion: number;
  /** By folder, e.g. `node_modules/ajv`; the project itself is ``. */
  readonly packages: Readonly<Record<string, LockedPackage & Partial<Manifest>>>;
}

/** The parts of package.json that are looked at. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

export const readJson = (root: string, file: string): unknown =>
  JSON.parse(readFileSync(join(root, file), 'utf8'));

/** `node_modules/a/node_modules/@b/c` is the package `@b/c`. */
export const packageAt = (folder: string): string => folder.slice(folder.lastIndexOf('node_modules/') + 13);

/** What is not only there for development: these packages may ship. */
export const shippedPackages = (lockfile: Lockfile): readonly (readonly [string, LockedPackage])[] =>
  lockedPackages(lockfile).filter(([, { dev }]) => dev !== true);

/** Every locked package with its folder, without the project itself. */
export const lockedPackages = ({ packages }: Lockfile): readonly (readonly [string, LockedPackage])[] =>
  Object.entries(packages).filter(([folder]) => folder !== '');
