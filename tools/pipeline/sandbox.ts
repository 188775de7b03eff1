import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { freePorts, LOOPBACK, StackError } from '@headwater/stack';

const root = resolve(__dirname, '../..');
const START_MS = 30_000;
const STOP_MS = 10_000;
const KEPT_OUTPUT = 20_000;

/** The sandbox in a process of its own: the real collector, enricher and validator, without Kafka. */
export interface RunningSandbox {
  readonly url: string;
  readonly pid: number;
  /** Exit code or signal once the process is gone, else null. */
  ended(): number | string | null;
  /** The end of what the process has said. */
  said(): string;
  stop(): Promise<void>;
}

/**
 * Starts the bundle of the sandbox on a free port.
 *
 * @throws {StackError} when it does not come up; the message ends with what it said
 */
export async function startSandbox(env: Readonly<Record<string, string>> = {}): Promise<RunningSandbox> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, [resolve(root, 'dist/services/sandbox/main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HTTP__PORT: String(port), HTTP__HOST: LOOPBACK, ...env },
  });
  let output = '';
  const exit: { status: number | string | null } = { status: null };
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const gone = new Promise<void>((done) => {
    child.once('exit', (code, signal) => {
      exit.status = signal ?? code ?? 0;
      done();
    });
  });
  const sandbox: RunningSandbox = {
    url: `http://${LOOPBACK}:${String(port)}`,
    pid: child.pid ?? 0,
    ended: () => exit.status,
    said: () => output,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(timer);
    },
  };
  const deadline = performance.now() + START_MS;
  while (!(await isReady(sandbox.url))) {
    if (exit.status !== null || performance.now() > deadline) {
      await sandbox.stop();
      throw new StackError(
        'The sandbox did not start',
        `Build it with \`npm run build\`; it said:\n${output}\n`,
      );
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  return sandbox;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    return false;
  }
}
