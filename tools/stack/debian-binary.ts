import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cached } from './cached';
import { cacheFolder, type Progress } from './provision';
import { run } from './run';
import { StackError } from './stack-error';

/** A program of a Debian package. */
export interface DebianProgram {
  /** What it is called on the command line. */
  readonly name: string;
  readonly package: string;
}

/** Package, its unpacked copy, and room. */
const BYTES_NEEDED = 256 * 1024 * 1024;

/**
 * The path of a program: from `PATH`, from the cache, or unpacked from its Debian package into the cache. Nothing is installed:
 * no user, no service and no configuration of the package comes to life. It appears complete or not at all.
 *
 * @throws StackError with one sentence and the fix where the package cannot be had
 */
export async function debianBinary(
  program: DebianProgram,
  onProgress: Progress = () => undefined,
  cache = cacheFolder(),
): Promise<string> {
  const installed = onPath(program.name);
  if (installed !== null) return installed;
  const folder = join(cache, `debian-${program.package}`);
  const binary = join(folder, 'usr/bin', program.name);
  return cached({
    cache,
    path: binary,
    maker: 'debian',
    doing: `unpacking ${program.package}`,
    bytesNeeded: BYTES_NEEDED,
    onProgress,
    make: async (scratch) => {
      onProgress(`unpacking the Debian package ${program.package} (once; kept in ${cache})`);
      const here = { cwd: scratch, env: { ...process.env } };
      const unpacked = join(scratch, 'unpacked');
      let { error, output } = await run('apt-get', ['download', program.package], here);
      if (error !== null && error.code !== 'ENOENT') {
        // A machine that has never asked for packages knows of none.
        await run('apt-get', ['update', '-qq'], here);
        ({ error, output } = await run('apt-get', ['download', program.package], here));
      }
      const archive = readdirSync(scratch).find((file) => file.endsWith('.deb'));
      if (error === null && archive !== undefined)
        ({ error, output } = await run('dpkg', ['-x', archive, unpacked], here));
      if (error !== null || !existsSync(join(unpacked, 'usr/bin', program.name)))
        throw debianProblem(program, output);
      rmSync(folder, { recursive: true, force: true });
      renameSync(unpacked, folder);
    },
  });
}

function onPath(name: string): string | null {
  return (
    (process.env['PATH'] ?? '')
      .split(delimiter)
      .map((folder) => join(folder, name))
      .find((file) => existsSync(file)) ?? null
  );
}

function debianProblem(program: DebianProgram, output: string): StackError {
  const reason = output.trim().split('\n').at(-1)?.trim().replace(/\.$/, '').slice(0, 400);
  return new StackError(
    `${program.name} is not on the path, and could not be taken from the Debian package ${program.package}: ${reason === undefined || reason === '' ? 'there is no apt-get here' : reason}`,
    `Install ${program.name}, or see that apt-get reaches its mirror, and start again`,
  );
}
