import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assertUsableFolder } from './data-folder';
import { launch, waitUntilReady } from './managed-process';
import { assertPortFree, LOOPBACK } from './ports';

export interface ClickHouseOptions {
  /** Folder of the engine alone: its tables and logs. Kept over restarts. */
  readonly dataDir: string;
  readonly port: number;
  /** Asked for by HTTP basic auth or `X-ClickHouse-Key` when set; the user is `default`. */
  readonly password?: string;
  readonly timeoutMs?: number;
}

export interface RunningClickHouse {
  /** For `createClient({ url })` of `@clickhouse/client`. */
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<number>;
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts the HTTP front of the in-process engine (`clickhouse-front.ts`) and resolves when `SELECT 1` answers. */
export async function startClickHouse(options: ClickHouseOptions): Promise<RunningClickHouse> {
  assertUsableFolder(options.dataDir);
  await assertPortFree('ClickHouse', options.port);
  mkdirSync(options.dataDir, { recursive: true });
  const child = await launch({
    name: 'ClickHouse',
    command: process.execPath,
    args: ['--import', pathToFileURL(require.resolve('tsx')).href, join(__dirname, 'clickhouse-front.ts')],
    cwd: options.dataDir,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      TSX_DISABLE_CACHE: '1',
      // Every running query holds one thread of this pool; the file system needs some as well.
      UV_THREADPOOL_SIZE: '16',
      HEADWATER_FRONT: JSON.stringify({
        dataDir: options.dataDir,
        port: options.port,
        password: options.password ?? null,
      }),
    },
    logFile: join(options.dataDir, 'clickhouse.log'),
  });
  const url = `http://${LOOPBACK}:${options.port}`;
  const answers = async (): Promise<boolean> => {
    const response = await fetch(url, {
      method: 'POST',
      body: 'SELECT 1',
      headers:
        options.password === undefined
          ? {}
          : { 'X-ClickHouse-User': 'default', 'X-ClickHouse-Key': options.password },
      signal: AbortSignal.timeout(5_000),
    });
    return (await response.text()) === '1\n';
  };
  await waitUntilReady(child, 'ClickHouse', answers, options.timeoutMs ?? 60_000);
  return {
    url,
    pid: child.pid,
    logFile: child.logFile,
    exited: child.exited,
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}
