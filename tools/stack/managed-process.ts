import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, startedAt } from './lock-file';
import { StackError, systemCodeOf } from './stack-error';

/** A log larger than this is put aside (one generation) at the next start. */
const LOG_BYTES = 5 * 1024 * 1024;
/** The lifeline kills a child 15 s after its launcher is gone. */
const PREDECESSOR_MS = 20_000;

export interface LaunchOptions {
  /** What a person calls it: "Kafka", "the schema registry". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The part's own folder. Its `pid` file names the child, so that the next one waits until this one has left the data. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Everything the child prints goes here (appended). */
  readonly logFile: string;
}

/** A child that cannot outlive the process that launched it. */
export interface ManagedProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves once the child has ended, with its exit code (128 + n after signal n). */
  readonly exited: Promise<number>;
  /** Null while it runs. */
  exitCode(): number | null;
  /** SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone. Harmless when it already is. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL, as a crash would. Resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a child under `lifeline.sh`; resolves with the child's own pid (not the lifeline's). */
export async function launch(options: LaunchOptions): Promise<ManagedProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  await waitForPredecessor(options);
  if ((statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) {
    renameSync(options.logFile, `${options.logFile}.1`);
  }
  const log = openSync(options.logFile, 'a');
  let wrapper: ChildProcess;
  try {
    wrapper = spawn('/bin/sh', [join(__dirname, 'lifeline.sh'), options.command, ...options.args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['pipe', log, log, 'pipe'],
      // Ctrl-C in the terminal then reaches the caller only, which stops the children in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  // The lifeline may be gone before we close our end of it.
  wrapper.stdin?.on('error', () => undefined);

  let code: number | null = null;
  const exited = new Promise<number>((resolve, reject) => {
    wrapper.once('error', reject);
    wrapper.once('exit', (exitCode) => {
      code = exitCode ?? 137;
      resolve(code);
    });
  });
  exited.catch(() => undefined);
  // A program may be over before its pid has been read: the pipe still holds it.
  const reading = readPid(wrapper.stdio[3] as Readable);
  const pid = await Promise.race([reading, exited.then(() => reading)]);
  if (pid === 0)
    throw new StackError(`${options.name} could not be started`, `Its output is in ${options.logFile}`);

  writeFileSync(join(options.cwd, 'pid'), JSON.stringify({ pid, started: startedAt(pid) }));

  const signal = (name: NodeJS.Signals): void => {
    if (code !== null) return;
    try {
      process.kill(pid, name);
    } catch (error) {
      if (systemCodeOf(error) !== 'ESRCH') throw error;
    }
  };
  return {
    pid,
    logFile: options.logFile,
    exited,
    exitCode: () => code,
    async stop(graceMs = 15_000) {
      signal('SIGTERM');
      const gone = await Promise.race([exited.then(() => true), sleep(graceMs, false, { ref: false })]);
      if (!gone) signal('SIGKILL');
      await exited;
    },
    async kill() {
      signal('SIGKILL');
      await exited;
    },
  };
}

/**
 * When a launcher is killed, its children need a moment to leave their data in order; whoever starts the same part again
 * meanwhile must not find its files locked.
 */
async function waitForPredecessor({ cwd, name }: LaunchOptions): Promise<void> {
  const deadline = performance.now() + PREDECESSOR_MS;
  for (;;) {
    const pid = runningFrom(join(cwd, 'pid'));
    if (pid === null) return;
    if (performance.now() > deadline) {
      throw new StackError(
        `${name} already runs on the folder ${cwd}, as process ${pid}`,
        `Stop it (\`kill ${pid}\`) or choose another folder`,
      );
    }
    await sleep(50);
  }
}

/** The process that a `pid` file names, if it still runs. */
function runningFrom(file: string): number | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as {
      pid: number;
      started: string | null;
    };
    return isAlive(pid) && startedAt(pid) === started ? pid : null;
  } catch {
    return null;
  }
}

function readPid(pipe: Readable): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    pipe.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    pipe.once('end', () => {
      resolve(Number(text.trim()) || 0);
    });
  });
}

/** The last lines of a log, for an error message. */
export function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}

/**
 * Polls `probe` until it is true. Throws when the child ends first or `timeoutMs` passes; the message quotes the end of its
 * log, which is where the reason is.
 */
export async function waitUntilReady(
  child: ManagedProcess,
  name: string,
  probe: () => Promise<boolean>,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (child.exitCode() !== null) {
      throw new StackError(
        `${name} ended while starting (exit code ${child.exitCode() ?? '?'})`,
        `Its log is ${child.logFile} and ends with:\n${lastLines(child.logFile, 12)}\n`,
      );
    }
    if (await probe().catch(() => false)) return;
    if (performance.now() > deadline) {
      await child.kill();
      throw new StackError(
        `${name} was not ready within ${Math.round(timeoutMs / 1000)} s`,
        `Its log is ${child.logFile} and ends with:\n${lastLines(child.logFile, 12)}\n`,
      );
    }
    await sleep(50);
  }
}
