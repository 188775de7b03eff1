/** What every `startX` of this package resolves with, as far as a fault has to do with it. */
export interface StartedPart {
  readonly pid: number;
  /** Resolves once it has ended. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A part that can be stopped, killed, paused, and started again on the same folder and ports, as often as wanted. */
export interface Restartable<T extends StartedPart = StartedPart> {
  /** What a person calls it. */
  readonly name: string;
  /** The part as it was last started: its address does not change. */
  readonly part: T;
  /** Null while it does not run. */
  pid(): number | null;
  /** True also while it is paused; false once it has ended, whoever ended it. */
  running(): boolean;
  paused(): boolean;
  /** Resolves when it serves; at once when it already runs. Rejects as its first start would, and can be tried again. */
  start(): Promise<void>;
  /** Clean stop. Resolves when it is gone; harmless when it is. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash. Resolves when it is gone; harmless when it is. */
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. Harmless when it does not run. */
  pause(): void;
  /** SIGCONT. Harmless when it does not run or is not paused. */
  resume(): void;
}

/**
 * Starts a part by `startPart` and makes it restartable by the same call, so the options in it name the folder and a port that
 * stays free meanwhile (`steadyPorts`):
 *
 *     const [port = 0] = await steadyPorts(1);
 *     const registry = await startRestartable('the schema registry', () => startRegistry({ dataDir, port }));
 */
export async function startRestartable<T extends StartedPart>(
  name: string,
  startPart: () => Promise<T>,
): Promise<Restartable<T>> {
  let part = await startPart();
  let ended = false;
  let paused = false;
  let starting: Promise<void> | null = null;
  const watch = (started: T): void => {
    part = started;
    ended = false;
    paused = false;
    void started.exited.then(() => {
      if (part === started) ended = true;
    });
  };
  watch(part);

  const signal = (name: 'SIGSTOP' | 'SIGCONT'): boolean => {
    if (ended) return false;
    process.kill(part.pid, name);
    return true;
  };
  const resume = (): void => {
    if (paused && signal('SIGCONT')) paused = false;
  };
  const restart = async (): Promise<void> => {
    try {
      watch(await startPart());
    } finally {
      starting = null;
    }
  };
  /** A part that is just being started is ended once it is there. */
  const settled = async (): Promise<void> => {
    await starting?.catch(() => undefined);
  };
  return {
    name,
    get part() {
      return part;
    },
    pid: () => (ended ? null : part.pid),
    running: () => !ended,
    paused: () => !ended && paused,
    start: () => starting ?? (ended ? (starting = restart()) : Promise.resolve()),
    async stop() {
      await settled();
      // A paused process takes its SIGTERM only once it goes on.
      resume();
      if (!ended) await part.stop();
    },
    async kill() {
      await settled();
      if (!ended) await part.kill();
    },
    pause() {
      if (signal('SIGSTOP')) paused = true;
    },
    resume,
  };
}
