import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite, SuiteContext, Tally } from './suite';

/** So much of what a program printed last is said again when it failed, characters. */
const TAIL = 6_000;

interface Ended {
  /** 127 when it could not be started. */
  readonly code: number;
  /** What it printed last. */
  readonly tail: string;
}

/** Runs a program with its output shown. */
function execute(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    let tail = '';
    const child = spawn(command, [...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ] as const)
      from.setEncoding('utf8').on('data', (text: string) => {
        tail = (tail + text).slice(-TAIL);
        to.write(text);
      });
    child.on('error', (error) => {
      const why = `${command} could not be started: ${error.message}.`;
      console.error(why);
      resolve({ code: 127, tail: why });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? 1, tail });
    });
  });
}

/** A suite that is one program: it passes when the program exits with 0. */
export const checked =
  (command: string, ...args: readonly string[]): Suite['run'] =>
  async ({ root }) => {
    const { code, tail } = await execute(command, args, root);
    return code === 0 ? { passed: 1, failed: 0, reasons: [] } : { passed: 0, failed: 1, reasons: [tail] };
  };

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** What jest prints of the failures of the file. */
    readonly message: string;
  }[];
}

/** A suite that jest runs: it counts tests. A file that does not load, a skipped test, or no test at all is a failure. */
export const jest =
  (name: string, ...args: readonly string[]): Suite['run'] =>
  async ({ root, scratch }: SuiteContext): Promise<Tally> => {
    const report = join(scratch, `${name}.json`);
    const { code, tail } = await execute('jest', [...args, '--json', '--outputFile', report], root, {
      NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
    });
    const result = readReport(report);
    if (!result) return { passed: 0, failed: 1, reasons: [tail] };
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites + result.numPendingTests;
    const nothingRan = result.numTotalTests === 0;
    const reasons = result.testResults
      .filter(({ status }) => status === 'failed')
      .map(({ name, message }) => `${name}\n${message.slice(0, TAIL)}`);
    if (failed === 0 && code === 0 && !nothingRan) return { passed: result.numPassedTests, failed, reasons };
    // No test may have failed: one was skipped, or none ran.
    return {
      passed: result.numPassedTests,
      failed: Math.max(failed, 1),
      reasons: reasons.length > 0 ? reasons : [tail],
    };
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
