import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { endWith } from '@headwater/service-kit';
import { runCommandLine } from './run-command-line';

/** Who runs this: HEADWATER_OPERATOR where several share an account, as in a container. */
function operator(): string {
  const named = process.env['HEADWATER_OPERATOR'];
  if (named !== undefined && named !== '') return named;
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run under a number that no user has.
    return `${String(process.getuid?.() ?? 'unknown')}@${hostname()}`;
  }
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // The second one means it.
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });
// `headwater failed list | head` closes the pipe early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// kafkajs sets a timer to a time that has passed, and Node warns of it: nothing that an operator can do about.
process.removeAllListeners('warning');
process.on('warning', ({ name, message }) => {
  if (name !== 'TimeoutNegativeWarning') process.stderr.write(`${name}: ${message}\n`);
});

void runCommandLine(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stop: stop.signal,
  now: Date.now,
  sleep: (ms) => sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined),
  operator: operator(),
}).then(endWith);
