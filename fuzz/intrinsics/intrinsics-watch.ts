import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** Watches the intrinsics of another process: one that runs our own bundle, as a pod does, and knows nothing of it. */
export class IntrinsicsWatch {
  private readonly folder = mkdtempSync(join(tmpdir(), 'headwater-intrinsics-'));
  private readonly script = join(this.folder, 'watch.cjs');
  private readonly report = join(this.folder, 'changes.json');

  constructor() {
    buildSync({
      entryPoints: [resolve(__dirname, 'watch-intrinsics.process.ts')],
      outfile: this.script,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
  }

  /**
   * The environment of the process.
   *
   * @param options further options of Node
   */
  env(options = ''): Readonly<Record<string, string>> {
    return {
      NODE_OPTIONS: `${options} --require ${JSON.stringify(this.script)}`,
      INTRINSICS_REPORT: this.report,
    };
  }

  /** What had changed when the process ended; null where it did not come to an orderly end. */
  end(): readonly string[] | null {
    const changes = existsSync(this.report)
      ? (JSON.parse(readFileSync(this.report, 'utf8')) as readonly string[])
      : null;
    rmSync(this.folder, { recursive: true, force: true });
    return changes;
  }
}
