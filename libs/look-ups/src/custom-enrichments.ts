import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { enrichments, type CustomAnswer, type CustomEnrichments } from '@headwater/enrichment';
import { ConfigError, type Logger } from '@headwater/service-kit';
import { workerProgram } from './custom-enrichments-worker';

export interface CustomEnrichmentsOptions {
  /** Folder with one enrichment in each `.ts` or `.js` file. */
  readonly folder: string;
  /** Settings by name of the enrichment. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** How long all of them together may take over one event, milliseconds. */
  readonly timeoutMs: number;
  readonly log: Logger;
  /** Milliseconds since any fixed point. */
  readonly now?: () => number;
}

export interface OpenCustomEnrichments extends CustomEnrichments {
  /** Names, in the order in which they run. */
  readonly names: readonly string[];
  /** Ends the thread. */
  readonly close: () => Promise<void>;
}

const LOADING = 0;
const WAITING = 1;
const WORKING = 2;

/** Longest time for loading all files, milliseconds. */
const LOADING_MS = 15_000;
/** After so many time-outs in a row they rest, so that a broken enrichment costs no more than a message an event. */
const MOST_TIMEOUTS = 5;
const REST_MS = 30_000;
/** Memory of the thread, MiB: one that fills it ends itself and not the service. */
const MEMORY_MIB = 256;

/**
 * Loads the enrichments of a folder into a thread of their own and runs them there, so that one that throws, loops for
 * ever, fills the memory or ends its process costs its event and nothing else. The caller waits for the answer: 40 µs an
 * event, against 1,300 µs for `node:vm` with a time-out (ADR 11).
 *
 * @throws {ConfigError} naming every file that is not an enrichment, and what is wrong with it
 */
export function openCustomEnrichments(options: CustomEnrichmentsOptions): OpenCustomEnrichments {
  const { folder, settings, timeoutMs, log, now = () => performance.now() } = options;
  const files = filesIn(folder);
  let thread: Thread | null = startThread(files, settings, log);
  const { names } = loaded(thread, folder, settings);
  log.info({ folder, enrichments: names }, `Loaded the custom enrichments ${names.join(', ')}`);
  let timeouts = 0;
  let restsUntil = -Infinity;

  /** All of them fail the event: none can be run, whichever is to blame. */
  const stopped = (name: string, why: string): readonly CustomAnswer[] => [{ name, stopped: why }];

  function run(event: string): readonly CustomAnswer[] {
    if (now() < restsUntil)
      return stopped(
        names.join(', '),
        `rests for ${REST_MS / 1_000} s after ${MOST_TIMEOUTS} time-outs in a row. Correct its file, restart the enricher, then replay.`,
      );
    if (thread === null || thread.hasEnded()) thread = startThread(files, settings, log);
    if (!hasLoaded(thread))
      return giveUp(
        'could not be loaded again after a time-out. Correct its file, restart the enricher, then replay.',
      );
    const answer = ask(thread, event, timeoutMs);
    if (answer === null)
      return giveUp(
        `did not answer within ${timeoutMs} ms: it loops, waits, or ended its thread. Correct its file, or raise ENRICHMENTS__TIMEOUT_MS; then replay.`,
      );
    timeouts = 0;
    return JSON.parse(answer) as readonly CustomAnswer[];
  }

  function giveUp(why: string): readonly CustomAnswer[] {
    const name = names[thread?.position() ?? 0] ?? names.join(', ');
    void thread?.end();
    thread = null;
    timeouts += 1;
    log.warn({ enrichment: name, timeouts }, `The custom enrichment ${name} ${why}`);
    if (timeouts >= MOST_TIMEOUTS) {
      restsUntil = now() + REST_MS;
      timeouts = 0;
    }
    return stopped(name, why);
  }

  return {
    names,
    run,
    close: async () => {
      await thread?.end();
      thread = null;
    },
  };
}

/** The enrichments of the folder that a configuration names; null where it names none. */
export const customEnrichmentsOf = (
  { folder, custom, timeoutMs }: CustomConfig,
  log: Logger,
): OpenCustomEnrichments | null =>
  folder === undefined ? null : openCustomEnrichments({ folder, settings: custom, timeoutMs, log });

/** What `enrichmentsConfig` reads of them. */
interface CustomConfig extends Pick<CustomEnrichmentsOptions, 'timeoutMs'> {
  readonly folder?: string | undefined;
  readonly custom: CustomEnrichmentsOptions['settings'];
}

interface EnrichmentFile {
  readonly file: string;
  readonly url: string;
}

/**
 * The files that hold enrichments, by name. One that begins with `_` is for the others to import; what is mounted from a
 * ConfigMap has hidden names and links beside them.
 */
function filesIn(folder: string): readonly EnrichmentFile[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new ConfigError([
      `ENRICHMENTS__FOLDER names ${folder}, which cannot be read (${(error as Error).message}). Mount the folder, or unset the variable.`,
    ]);
  }
  const files = names
    .filter(
      (name) => /^[^._].*\.(?:ts|mts|js|mjs|cjs)$/.test(name) && !/\.(?:d|spec|test)\.[a-z]+$/.test(name),
    )
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
  if (files.length === 0)
    throw new ConfigError([
      `ENRICHMENTS__FOLDER names ${folder}, in which there is no .ts or .js file. Put an enrichment there, or unset the variable.`,
    ]);
  return files.map((file) => ({ file, url: pathToFileURL(join(folder, file)).href }));
}

interface Thread {
  readonly state: Int32Array;
  readonly port: MessagePort;
  /** Position of the enrichment at work. */
  readonly position: () => number;
  readonly hasEnded: () => boolean;
  readonly end: () => Promise<void>;
}

function startThread(
  files: readonly EnrichmentFile[],
  settings: CustomEnrichmentsOptions['settings'],
  log: Logger,
): Thread {
  const state = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(workerProgram, {
    eval: true,
    // Nothing of the service's: neither its secrets nor its flags.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MIB },
    workerData: { state: state.buffer, port: port2, files, settings },
    transferList: [port2],
  });
  let hasEnded = false;
  // What they print could show who an event is about, and nobody reads the streams otherwise.
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('error', (error: Error) => {
    const atWork = Atomics.load(state, 0) === LOADING ? undefined : files[Atomics.load(state, 1)]?.file;
    log.warn({ file: atWork, code: codeOf(error) }, failureOf(error, atWork));
  });
  worker.on('exit', () => {
    hasEnded = true;
  });
  worker.unref();
  port1.unref();
  return {
    state,
    port: port1,
    position: () => Atomics.load(state, 1),
    hasEnded: () => hasEnded,
    end: async () => {
      port1.close();
      await worker.terminate();
    },
  };
}

/** What an error may be called by. Its message is the enrichment's, and could show who an event is about. */
const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? error.name;

/** @param atWork file of the enrichment at work; undefined while they are loaded */
export const failureOf = (error: Error, atWork: string | undefined): string => {
  const where = atWork === undefined ? 'while its files were loaded' : `at work in ${atWork}`;
  const fix =
    codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY'
      ? `It has filled its ${MEMORY_MIB} MiB: let the file keep less`
      : 'Correct the file';
  return `The thread of the custom enrichments has failed ${where} (${codeOf(error)}), and is started again with the next event. ${fix}, restart the enricher, then replay.`;
};

/**
 * Hands an event to the thread and waits. To store and to notify are two steps: the thread's notify for the event before
 * may come only now, and ends no wait.
 *
 * @returns null when there is no answer in time
 */
function ask({ state, port }: Thread, event: string, timeoutMs: number): string | null {
  const end = performance.now() + timeoutMs;
  port.postMessage(event);
  Atomics.store(state, 0, WORKING);
  Atomics.notify(state, 0);
  for (let left = timeoutMs; left > 0 && Atomics.load(state, 0) === WORKING; left = end - performance.now())
    Atomics.wait(state, 0, WORKING, left);
  return Atomics.load(state, 0) === WAITING ? received(port) : null;
}

const received = (port: MessagePort): string | null =>
  (receiveMessageOnPort(port) as { readonly message: string } | undefined)?.message ?? null;

/** Waits for a thread that was just started. */
function hasLoaded({ state, port }: Thread): boolean {
  if (Atomics.load(state, 0) !== LOADING) return true;
  return Atomics.wait(state, 0, LOADING, LOADING_MS) !== 'timed-out' && received(port) !== null;
}

/** The names of what was loaded at start. */
function loaded(
  thread: Thread,
  folder: string,
  settings: CustomEnrichmentsOptions['settings'],
): { readonly names: readonly string[] } {
  const refuse = (problems: readonly string[]): never => {
    void thread.end();
    throw new ConfigError(problems.map((problem) => `ENRICHMENTS__FOLDER (${folder}): ${problem}`));
  };
  const isInTime = Atomics.wait(thread.state, 0, LOADING, LOADING_MS) !== 'timed-out';
  const text = isInTime ? received(thread.port) : null;
  if (text === null)
    return refuse([
      `its files were not loaded within ${LOADING_MS / 1_000} s. Let them do nothing at the top level that waits.`,
    ]);
  const { names, problems } = JSON.parse(text) as {
    readonly names: readonly string[];
    readonly problems: readonly string[];
  };
  const builtIn = names.filter((name) => enrichments.some((enrichment) => enrichment.name === name));
  const unused = Object.keys(settings).filter((name) => !names.includes(name));
  const all = [
    ...problems,
    ...builtIn.map((name) => `${name} is the name of a built-in enrichment. Choose another.`),
    ...unused.map(
      (name) =>
        `there are settings for ${name} (ENRICHMENTS__CUSTOM), but no file has that name. There are: ${names.join(', ')}.`,
    ),
  ];
  return all.length > 0 ? refuse(all) : { names };
}
