import { spawnCli } from '@headwater/pipeline';
import type { Headwater } from './harness';

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

/** Runs `headwater …` against the installation. */
export function headwaterCli(
  { endpoints }: Pick<Headwater, 'endpoints'>,
  args: readonly string[],
  { env = {}, onErr = () => undefined }: CliOptions = {},
): Promise<Ended> {
  return new Promise((done, reject) => {
    const child = spawnCli(endpoints, args, env);
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
