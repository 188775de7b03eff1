import { readFileSync } from 'node:fs';
import { startSandbox, type RunningSandbox } from '@headwater/pipeline';
import { IntrinsicsWatch } from './intrinsics/intrinsics-watch';

/** Where events ended: each is in one of the two. */
export interface Places {
  readonly total: number;
  readonly good: number;
  readonly bad: number;
}

/** What a pod would give it: a leak ends the process, and is found. */
const HEAP_MIB = 448;

/** What the attacks are for. */
export class Target {
  private constructor(
    private readonly sandbox: RunningSandbox,
    private readonly watch: IntrinsicsWatch,
  ) {}

  static async start(): Promise<Target> {
    const watch = new IntrinsicsWatch();
    const env = watch.env(`--max-old-space-size=${String(HEAP_MIB)}`);
    return new Target(await startSandbox({ LOG__LEVEL: 'warn', ...env }), watch);
  }

  get url(): string {
    return this.sandbox.url;
  }

  /** Exit code or signal once the process is gone, else null. */
  get ended(): number | string | null {
    return this.sandbox.ended();
  }

  /** The end of what the process has said. */
  get said(): string {
    return this.sandbox.said();
  }

  /** Resident memory, bytes; none once the process is gone. */
  memory(): number {
    if (this.ended !== null) return 0;
    const status = readFileSync(`/proc/${String(this.sandbox.pid)}/status`, 'utf8');
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

  /** What is said of the bad events, as text. */
  async bad(): Promise<string> {
    return (await fetch(`${this.url}/micro/bad`)).text();
  }

  /** Ends the process; what it had changed by then of what all objects share, null where it did not end by itself. */
  async stop(): Promise<readonly string[] | null> {
    await this.sandbox.stop();
    return this.watch.end();
  }
}
