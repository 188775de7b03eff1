import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** Processes that run `crash-worker.ts`. */
export class Replicas {
  private readonly children = new Set<ChildProcess>();
  private constructor(
    readonly folder: string,
    private readonly program: string,
  ) {}

  static build(): Replicas {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-replicas-'));
    const program = join(folder, 'crash-worker.cjs');
    buildSync({
      entryPoints: [resolve(__dirname, 'crash-worker.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      tsconfig: resolve(__dirname, '../../../tsconfig.base.json'),
      logLevel: 'error',
    });
    return new Replicas(folder, program);
  }

  start(job: object): Replica {
    const child = spawn(process.execPath, ['--disable-warning=TimeoutNegativeWarning', this.program], {
      env: {
        ...process.env,
        NODE_ENV: 'production',
        NODE_PATH: resolve(__dirname, '../../../node_modules'),
        CRASH_WORKER: JSON.stringify(job),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.children.add(child);
    return new Replica(child);
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.children].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Replica {
  constructor(private readonly child: ChildProcess) {}

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the exit code, or the signal that ended the process. */
  async ended(): Promise<number | string> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.signalCode ?? this.child.exitCode ?? 'unknown';
  }
}
