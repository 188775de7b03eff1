import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = (): string => process.env['HEADWATER_CACHE'] ?? join(homedir(), '.cache/headwater');

/**
 * A Python interpreter with the packages of a requirements file: a virtual environment in the cache, made once per content of
 * the file. Throws a sentence with the fix when Python is missing or a package cannot be had.
 */
export function pythonEnvironment(requirements: string): Promise<string> {
  const wanted = readFileSync(requirements, 'utf8');
  const folder = join(cache(), `python-${createHash('sha256').update(wanted).digest('hex').slice(0, 16)}`);
  const interpreter = join(folder, 'bin/python');
  if (!existsSync(join(folder, '.complete'))) create(folder, requirements);
  return Promise.resolve(interpreter);
}

function create(folder: string, requirements: string): void {
  const draft = `${folder}.${String(process.pid)}`;
  mkdirSync(cache(), { recursive: true });
  try {
    step('python3', ['-m', 'venv', '--copies', draft], 'Install Python 3.11 or later with its venv module.');
    step(
      join(draft, 'bin/python'),
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
      'See that PyPI can be reached.',
    );
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
    // A moved environment keeps working through its interpreter; the mark says that it is whole.
    execFileSync(join(folder, 'bin/python'), [
      '-c',
      `open(${JSON.stringify(join(folder, '.complete'))}, "w").close()`,
    ]);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function step(command: string, args: readonly string[], fix: string): void {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  } catch (error) {
    throw new Error(
      `\`${command} ${args.join(' ')}\` failed (${(error as Error).message.split('\n')[0] ?? ''}). ${fix}`,
      { cause: error },
    );
  }
}
