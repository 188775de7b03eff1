import { execFile, type ExecFileException } from 'node:child_process';

export interface Ran {
  /** Null when it ended with exit code 0. */
  readonly error: ExecFileException | null;
  /** Standard output, then standard error. */
  readonly output: string;
}

/** Runs a program to its end; a failure is a value, since its output has to be read for the reason. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { ...options, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ error, output: `${stdout}\n${stderr}` });
    });
  });
}
