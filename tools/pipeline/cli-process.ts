import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Endpoints } from '@headwater/stack';
import { bundleOf, node } from './service-process';
import { addressesOf, nodeOptions } from './services';

/**
 * Starts `headwater …` as the image has it: a process of its own that knows an installation by its addresses. It ends with this
 * process at the latest.
 *
 * @param env on top of the addresses
 */
export function spawnCli(
  endpoints: Endpoints,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(node, [bundleOf('cli'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...addressesOf(endpoints), NODE_OPTIONS: nodeOptions(), ...env },
  });
  const end = (): void => void child.kill('SIGKILL');
  process.on('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}
