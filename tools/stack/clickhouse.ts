import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ClickHouseFault } from './clickhouse-faults';
import type { ClickHouseUser } from './clickhouse-users';
import { assertUsableFolder } from './data-folder';
import { launch, waitUntilReady } from './managed-process';
import { assertPortFree, LOOPBACK } from './ports';
import { StackError } from './stack-error';

export interface ClickHouseOptions {
  /** Folder of the engine alone: its tables and logs. Kept over restarts. */
  readonly dataDir: string;
  readonly port: number;
  /** Asked for by HTTP basic auth or `X-ClickHouse-Key` when set; the user is `default`. */
  readonly password?: string;
  /** Who may sign in, by the same means, and what each may do. With `password`, `default` is one more of them. */
  readonly users?: readonly ClickHouseUser[];
  /** Lets `inject` make queries go wrong. */
  readonly faults?: boolean;
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
  /** Makes queries go wrong, from now on; needs `faults: true`. A new fault takes the place of the one before. */
  inject(fault: ClickHouseFault): Promise<void>;
  /** Ends the fault and lets go of the queries that it holds. Resolves to how many it happened to. */
  clear(): Promise<number>;
}

/** Starts the HTTP front of the in-process engine (`clickhouse-front.ts`) and resolves when `SELECT 1` answers. */
export async function startClickHouse(options: ClickHouseOptions): Promise<RunningClickHouse> {
  assertUsableFolder(options.dataDir);
  await assertPortFree('ClickHouse', options.port);
  const users = usersOf(options);
  const faultsToken = options.faults === true ? randomBytes(24).toString('base64url') : null;
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
        users,
        faultsToken,
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
        users === null
          ? {}
          : { 'X-ClickHouse-User': users[0]?.name ?? '', 'X-ClickHouse-Key': users[0]?.password ?? '' },
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
    inject: async (fault) => {
      await controlFaults(url, faultsToken, 'POST', fault);
    },
    clear: () => controlFaults(url, faultsToken, 'DELETE'),
  };
}

function usersOf({ password, users }: ClickHouseOptions): readonly ClickHouseUser[] | null {
  const all = [...(password === undefined ? [] : [{ name: 'default', password }]), ...(users ?? [])];
  return all.length === 0 ? null : all;
}

async function controlFaults(
  url: string,
  token: string | null,
  method: 'POST' | 'DELETE',
  fault?: ClickHouseFault,
): Promise<number> {
  if (token === null)
    throw new StackError(
      'This ClickHouse was started without faults',
      'Pass faults: true to startClickHouse()',
    );
  const response = await fetch(`${url}/faults`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(fault === undefined ? {} : { body: JSON.stringify(fault) }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = (await response.json()) as { injected?: number; error?: string };
  if (answer.injected === undefined)
    throw new StackError(`The fault was not taken: ${answer.error ?? response.statusText}`, 'Correct it');
  return answer.injected;
}
