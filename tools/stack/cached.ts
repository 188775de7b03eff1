import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitForLock } from './lock-file';
import { makeCache, type Progress } from './provision';

export interface Cached {
  /** The cache's folder. */
  readonly cache: string;
  /** Path that is to be there. */
  readonly path: string;
  /** What makes it, and with it the name of its lock: one at a time of each kind. */
  readonly maker: string;
  /** For whoever waits, e.g. "building toxiproxy-server". */
  readonly doing: string;
  readonly bytesNeeded: number;
  readonly onProgress: Progress;
  /** Makes it in an empty folder of the cache and moves it to its path when it is complete. */
  readonly make: (scratch: string) => Promise<void>;
}

/** The path, made if it is not there: complete or not at all; of two processes at once the second waits for the first. */
export async function cached(options: Cached): Promise<string> {
  const { cache, path, maker, doing, bytesNeeded, onProgress, make } = options;
  if (existsSync(path)) return path;
  makeCache(cache, bytesNeeded);
  const lock = await waitForLock(join(cache, `${maker}.lock`), doing, (holder) => {
    onProgress(`waiting for process ${holder.pid}, which is ${holder.what} into ${cache}`);
  });
  const scratch = mkdtempSync(join(cache, `${maker}-`));
  try {
    if (!existsSync(path)) await make(scratch);
    return path;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    lock.release();
  }
}
