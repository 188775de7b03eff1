import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import type { Headwater } from './harness';

const root = resolve(__dirname, '../..');
const node = join(root, 'node_modules/node/bin/node');
const bundle = join(root, 'dist/services/cli/main.js');

/** How a command ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CliOptions {
  /** On top of the addresses of the installation. */
  readonly env?: NodeJS.ProcessEnv;
  /** Sees what it has printed to stderr so far, while it runs. */
  readonly onErr?: (text: string, interrupt: () => void) => void;
}

/** `headwater …` as the image has it: a process of its own that knows the installation by its addresses. */
export function headwaterCli(
  { endpoints }: Headwater,
  args: readonly string[],
  { env = {}, onErr = () => undefined }: CliOptions = {},
): Promise<Ended> {
  return new Promise((done, reject) => {
    const child = spawn(node, [bundle, ...args], {
      env: {
        ...process.env,
        KAFKA__BROKERS: endpoints.brokers,
        REGISTRY__URL: endpoints.registryUrl,
        CLICKHOUSE__URL: endpoints.clickhouseUrl,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      onErr(err, () => child.kill('SIGINT'));
    });
    child.once('error', reject);
    child.once('close', (code) => {
      done({ code, out, err });
    });
  });
}
