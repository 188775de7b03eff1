import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { debianBinary } from '@headwater/stack';
import { CORPORA, missingCorpora } from '../corpora/corpora';
import { PROMTOOL } from '../runbooks/verify-alert-rules';

/** Something that a suite needs from the machine. */
export interface Requirement {
  readonly name: string;
  readonly isThere: () => Promise<boolean>;
  /** Commands that bring it, where this user may run them. */
  readonly install: readonly (readonly [command: string, ...args: readonly string[]])[];
  readonly fix: string;
}

const INSTALL_TIMEOUT_MS = 5 * 60_000;

const debian = (name: string): Requirement['install'] => [
  ['apt-get', 'update', '-qq'],
  ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', name],
];

const answers =
  (command: string, ...args: readonly string[]) =>
  (): Promise<boolean> =>
    succeeds(command, args, 20_000);

export const java: Requirement = {
  name: 'Java 17',
  isThere: answers('java', '-version'),
  install: debian('openjdk-17-jre-headless'),
  fix: 'Install a Java 17 runtime.',
};
export const maven: Requirement = {
  name: 'Maven',
  isThere: answers('mvn', '--version'),
  install: debian('maven'),
  fix: 'Install Maven 3.8 or later.',
};
export const python: Requirement = {
  name: 'Python 3.11 with venv',
  isThere: answers('python3', '-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'),
  install: debian('python3-venv'),
  fix: 'Install Python 3.11 or later with its venv module.',
};
export const go: Requirement = {
  name: 'Go',
  isThere: answers('go', 'version'),
  install: debian('golang-go'),
  fix: 'Install Go 1.24 or later.',
};
export const chromium: Requirement = {
  name: 'Chromium',
  isThere: () => Promise.resolve(existsSync(process.env['CHROMIUM'] ?? '/usr/bin/chromium')),
  install: debian('chromium'),
  fix: 'Install Chromium, or name its binary in CHROMIUM.',
};
/** Taken from its package without installing it, where the machine has none. */
export const promtool: Requirement = {
  name: 'promtool',
  isThere: () =>
    debianBinary(PROMTOOL, console.log).then(
      () => true,
      () => false,
    ),
  install: [],
  fix: 'Install Prometheus, which brings it, or see that apt-get reaches its mirror.',
};
/** Third-party test data that lies beside the checkout and is never copied into it. What lies outside is only put there when asked for. */
export const corpora: Requirement = {
  name: 'Third-party test data in ../shared/corpora',
  isThere: () => Promise.resolve(missingCorpora(CORPORA).length === 0),
  install: [],
  fix: 'Run `npm run corpora`, which fetches it (CONTRIBUTING.md says what it is).',
};

/** Null when all is there, after an attempt to install what is not; else a sentence that names what is missing and the fix. */
export const needs =
  (...requirements: readonly Requirement[]) =>
  async (): Promise<string | null> => {
    const missing: string[] = [];
    for (const requirement of requirements) {
      if (await requirement.isThere()) continue;
      if (requirement.install.length > 0)
        console.log(`${requirement.name} is missing: trying to install it …`);
      for (const [command, ...args] of requirement.install) await succeeds(command, args, INSTALL_TIMEOUT_MS);
      if (!(await requirement.isThere())) missing.push(`${requirement.name} is missing. ${requirement.fix}`);
    }
    return missing.length === 0 ? null : missing.join(' ');
  };

function succeeds(command: string, args: readonly string[], timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(
      command,
      [...args],
      { timeout, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } },
      (error) => {
        resolve(error === null);
      },
    );
  });
}
