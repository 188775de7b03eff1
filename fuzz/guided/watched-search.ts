import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InputFile } from './input-file';
import type { Message } from './messages';
import type { Progress } from './search';

/** An input that broke a promise of a target. */
export interface GuidedFinding {
  readonly target: string;
  readonly seed: number;
  readonly problem: string;
  readonly detail: string;
  readonly input: Buffer;
}

/** What a search did in all. */
export interface Searched extends Progress {
  readonly seconds: number;
  readonly findings: readonly GuidedFinding[];
}

/** What a pod would give it. An input that needs more ends the process, and is found. */
const HEAP_MIB = 512;
/** An input that is tried for so long is not waited for. */
const HANG_MS = 30_000;
/** To load the code takes its time before the first input, on a machine that does other things too. */
const START_MS = 180_000;
const LOOK_MS = 1_000;
const KEPT_OUTPUT = 4_000;
/** A search that was ended by an input begins anew with other chances, so many times. */
const MOST_STARTS = 10;
const NOTHING: Progress = { executions: 0, corpus: 0, functions: 0, blocks: 0 };

/** Searches a target for some time in a process of its own, and does so again when an input ends or holds the process. */
export async function watchedSearch(target: string, seconds: number, seed: number): Promise<Searched> {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-fuzz-'));
  const started = performance.now();
  const findings: GuidedFinding[] = [];
  let total = NOTHING;
  try {
    for (let start = 0; start < MOST_STARTS; start += 1) {
      const left = seconds - (performance.now() - started) / 1_000;
      if (start > 0 && left < 1) break;
      const own = seed + start;
      const { progress, found, isDone } = await oneSearch(target, left, own, join(folder, 'input'));
      total = {
        executions: total.executions + progress.executions,
        corpus: Math.max(total.corpus, progress.corpus),
        functions: Math.max(total.functions, progress.functions),
        blocks: Math.max(total.blocks, progress.blocks),
      };
      for (const finding of found)
        if (!findings.some(({ problem }) => problem === finding.problem))
          findings.push({ target, seed: own, ...finding });
      if (isDone) break;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { ...total, seconds: (performance.now() - started) / 1_000, findings };
}

type Found = Omit<GuidedFinding, 'target' | 'seed'>;

interface Ended {
  readonly progress: Progress;
  readonly found: readonly Found[];
  readonly isDone: boolean;
}

async function oneSearch(target: string, seconds: number, seed: number, inputFile: string): Promise<Ended> {
  const found: Found[] = [];
  const state = { progress: NOTHING, isDone: false, said: '' };
  const child = fork(
    resolve(__dirname, 'search.process.ts'),
    [JSON.stringify({ target, seconds, seed, inputFile })],
    {
      execArgv: ['--import', 'tsx', `--max-old-space-size=${String(HEAP_MIB)}`],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    },
  );
  child.stderr?.on('data', (chunk: Buffer) => {
    state.said = (state.said + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
  });
  child.on('message', (message: Message) => {
    if (message.kind === 'finding') found.push(foundIn(message));
    else state.progress = message.progress;
    state.isDone ||= message.kind === 'done';
  });
  const isHeld = await endOf(child, inputFile);
  if (!state.isDone)
    found.push(lastInput(inputFile, isHeld, String(child.signalCode ?? child.exitCode), state.said));
  return { progress: state.progress, found, isDone: state.isDone };
}

const foundIn = ({ problem, detail, input }: Extract<Message, { kind: 'finding' }>): Found => ({
  problem,
  detail,
  input: Buffer.from(input, 'base64'),
});

function lastInput(inputFile: string, isHeld: boolean, status: string, said: string): Found {
  const problem = isHeld ? 'it does not come to an end' : 'it ends the process';
  const detail = isHeld ? `${String(HANG_MS)} ms were not enough` : `${status}: ${said}`;
  return { problem, detail, input: InputFile.read(inputFile) };
}

/** Waits for the end of a process, and makes one where an input is tried for too long: then it returns true. */
async function endOf(child: ChildProcess, inputFile: string): Promise<boolean> {
  let isHeld = false;
  const began = Date.now();
  const timer = setInterval(() => {
    const file = statSync(inputFile, { throwIfNoEntry: false });
    const isTrying = file !== undefined && file.size > 0;
    if (Date.now() - (isTrying ? file.mtimeMs : began) < (isTrying ? HANG_MS : START_MS)) return;
    isHeld = true;
    child.kill('SIGKILL');
  }, LOOK_MS);
  await once(child, 'close');
  clearInterval(timer);
  return isHeld;
}
