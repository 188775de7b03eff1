import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { freePorts } from '@headwater/stack';

const root = resolve(__dirname, '..');
const START_MS = 30_000;
const STOP_MS = 10_000;

/** Where events ended: each is in one of the two. */
export interface Places {
  readonly total: number;
  readonly good: number;
  readonly bad: number;
}

/** The sandbox in a process of its own: the real collector, enricher and validator, without Kafka. */
export class Target {
  private output = '';
  private exit: number | string | null = null;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {
    const keep = (chunk: Buffer): void => {
      this.output = (this.output + chunk.toString('utf8')).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('exit', (code, signal) => {
      this.exit = signal ?? code ?? 0;
    });
  }

  /** @throws when the sandbox does not come up; the message ends with what it said */
  static async start(): Promise<Target> {
    const [port = 0] = await freePorts(1);
    const child = spawn(process.execPath, [resolve(root, 'dist/services/sandbox/main.js')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, HTTP__PORT: String(port), HTTP__HOST: '127.0.0.1', LOG__LEVEL: 'warn' },
    });
    const target = new Target(child, `http://127.0.0.1:${String(port)}`);
    const deadline = performance.now() + START_MS;
    while (!(await target.isWell())) {
      if (target.ended !== null || performance.now() > deadline)
        throw new Error(
          `The sandbox did not start: build it with \`npm run build\`. It said:\n${target.said}`,
        );
      await new Promise((done) => setTimeout(done, 100));
    }
    return target;
  }

  /** Exit code or signal once the process is gone, else null. */
  get ended(): number | string | null {
    return this.exit;
  }

  /** The end of what the process has said. */
  get said(): string {
    return this.output;
  }

  /** Resident memory, bytes. */
  memory(): number {
    const status = readFileSync(`/proc/${String(this.child.pid)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  }

  async isWell(): Promise<boolean> {
    try {
      const { ok } = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
      return ok;
    } catch {
      return false;
    }
  }

  /** Forgets all events. */
  async reset(): Promise<void> {
    await fetch(`${this.url}/micro/reset`, { method: 'POST' });
  }

  async places(): Promise<Places> {
    return (await (await fetch(`${this.url}/micro/all`)).json()) as Places;
  }

  async stop(): Promise<void> {
    if (this.ended !== null) return;
    const gone = new Promise((done) => this.child.once('exit', done));
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(timer);
  }
}
