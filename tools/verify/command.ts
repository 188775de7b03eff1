import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite, SuiteContext, Tally } from './suite';

/** Runs a program with its output shown. Answers its exit code; 127 when it cannot be started. */
export function execute(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.on('error', (error) => {
      console.error(`${command} could not be started: ${error.message}.`);
      resolve(127);
    });
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

/** A suite that is one program: it passes when the program exits with 0. */
export const checked =
  (command: string, ...args: readonly string[]): Suite['run'] =>
  async ({ root }) =>
    (await execute(command, args, root)) === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numTotalTests: number;
}

/** A suite that jest runs: it counts tests. A file that does not load, a skipped test, or no test at all is a failure. */
export const jest =
  (name: string, ...args: readonly string[]): Suite['run'] =>
  async ({ root, scratch }: SuiteContext): Promise<Tally> => {
    const report = join(scratch, `${name}.json`);
    const code = await execute('jest', [...args, '--json', '--outputFile', report], root, {
      NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
    });
    const result = readReport(report);
    if (!result) return { passed: 0, failed: 1 };
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + result.numPendingTests;
    const nothingRan = result.numTotalTests === 0;
    return { passed: result.numPassedTests, failed: Math.max(failed, code === 0 && !nothingRan ? 0 : 1) };
  };

function readReport(path: string): JestReport | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JestReport;
  } catch {
    console.error(
      `jest left no report at ${path}: it did not get far enough to run a test. Its own message is above.`,
    );
    return null;
  }
}
