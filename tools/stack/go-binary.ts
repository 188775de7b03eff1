import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cached';
import { cacheFolder, type Progress } from './provision';
import { run } from './run';
import { StackError } from './stack-error';

/** A program that `go install` builds from the Go module proxy. */
export interface GoProgram {
  /** The name of the binary in the cache. */
  readonly name: string;
  /** Import path of the main package; its last part is what Go calls the binary. */
  readonly path: string;
  /** With its `v`. */
  readonly version: string;
}

/** Sources, build cache and binary of the largest one. */
const BYTES_NEEDED = 1024 * 1024 * 1024;

/**
 * The path of a program at its pinned version: from the cache, or built by `go install`, which takes from ten seconds to two
 * minutes. It appears complete or not at all; of two processes at once the second waits for the first.
 *
 * @throws StackError with one sentence and the fix: Go missing, module proxy not reached, disk full.
 */
export async function goBinary(
  program: GoProgram,
  onProgress: Progress = () => undefined,
  cache = cacheFolder(),
): Promise<string> {
  const folder = join(cache, `bin-${program.version}`);
  const binary = join(folder, program.name);
  return cached({
    cache,
    path: binary,
    maker: 'go',
    doing: `building ${program.name}`,
    bytesNeeded: BYTES_NEEDED,
    onProgress,
    make: async (scratch) => {
      const target = `${program.path}@${program.version}`;
      onProgress(`building ${program.name} ${program.version} with Go (once; kept in ${cache})`);
      const { error, output } = await run('go', ['install', target], {
        cwd: scratch,
        env: { ...process.env, GOBIN: scratch, GOFLAGS: '-mod=mod' },
      });
      if (error !== null) throw goProblem(program.name, target, error.code === 'ENOENT', output);
      mkdirSync(folder, { recursive: true });
      renameSync(join(scratch, program.path.slice(program.path.lastIndexOf('/') + 1)), binary);
    },
  });
}

/** Go's output as one sentence with the fix. */
export function goProblem(name: string, target: string, notFound: boolean, output: string): StackError {
  const attempt = `${name} could not be built by \`go install ${target}\``;
  if (notFound)
    return new StackError(`${attempt}: Go is not installed`, 'Install Go 1.24 or later and start again');
  // What it downloads comes first, the reason last.
  const lines = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('go: downloading'));
  const reason = (lines.at(-1) ?? 'no output').trim().replace(/\.$/, '').slice(0, 400);
  if (/No space left on device/i.test(output))
    return new StackError(
      `${attempt}: the disk is full`,
      'Free 1 GB there, or set HEADWATER_CACHE and GOCACHE to folders on another disk',
    );
  return new StackError(
    `${attempt}: ${reason}`,
    'See that the Go module proxy (`go env GOPROXY`) can be reached and that Go is 1.24 or later, and start again',
  );
}
