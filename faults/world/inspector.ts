import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PipelineService } from '@headwater/pipeline';

const OPEN_MS = 10_000;

/**
 * Runs JavaScript in a live service, through the debugger that SIGUSR1 opens in every Node process. So what a process can do
 * to itself (block, run out of memory) is done to the real one. Does not wait for the script: it may never end.
 */
export async function runInside(service: PipelineService, script: string): Promise<void> {
  const from = statSync(service.logFile).size;
  process.kill(service.pid(), 'SIGUSR1');
  const socket = new WebSocket(await debuggerUrl(service.logFile, from));
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => {
      resolve();
    };
    socket.onerror = () => {
      reject(new Error(`The debugger of process ${String(service.pid())} does not answer.`));
    };
  });
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: script } }));
  // Long enough to be read; a blocked process would never close it.
  await sleep(200);
  socket.close();
}

/** Node prints where its debugger listens. */
async function debuggerUrl(logFile: string, from: number): Promise<string> {
  const deadline = performance.now() + OPEN_MS;
  for (;;) {
    const said = readFileSync(logFile).subarray(from).toString('utf8');
    const url = /Debugger listening on (ws:\/\/\S+)/.exec(said)?.[1];
    if (url !== undefined) return url;
    if (performance.now() > deadline)
      throw new Error(`No debugger opened within ${String(OPEN_MS / 1000)} s: ${logFile}`);
    await sleep(50);
  }
}
