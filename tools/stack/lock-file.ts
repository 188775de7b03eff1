import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCodeOf } from './stack-error';

/** Who holds a lock: written into the lock file as JSON. */
export interface LockHolder {
  readonly pid: number;
  /** When the process started, in clock ticks since boot (Linux only): tells a reused pid from the real holder. */
  readonly started: string | null;
  readonly since: string;
  readonly what: string;
}

export interface Lock {
  release(): void;
}

/** Field 22 of `/proc/<pid>/stat`; the name in field 2 may hold spaces and parentheses, so count from the last one. */
export function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** True while a process with this id exists (also when it belongs to someone else). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

function isHeld(holder: LockHolder | null): holder is LockHolder {
  return (
    holder !== null &&
    isAlive(holder.pid) &&
    (holder.started === null || holder.started === startedAt(holder.pid))
  );
}

function read(file: string): LockHolder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}

/**
 * Takes the lock `file`, or says who has it. A lock whose holder died (also by `kill -9`) is taken over. The file appears
 * with its content in one step (a hard link), so nobody ever reads a half-written one.
 */
export function tryLock(file: string, what: string): { lock: Lock } | { holder: LockHolder } {
  mkdirSync(dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}.${process.hrtime.bigint()}`;
  const me: LockHolder = {
    pid: process.pid,
    started: startedAt(process.pid),
    since: new Date().toISOString(),
    what,
  };
  writeFileSync(mine, JSON.stringify(me));
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        linkSync(mine, file);
        return {
          lock: {
            release: () => {
              releaseIfMine(file, me);
            },
          },
        };
      } catch (error) {
        if (systemCodeOf(error) !== 'EEXIST') throw error;
      }
      const holder = read(file);
      if (isHeld(holder) || attempt >= 10) return { holder: holder ?? { ...me, pid: 0, what: 'unknown' } };
      discardStale(file, holder);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Moves a dead holder's lock away. If another process was quicker and the moved file is a live one, it is put back. */
function discardStale(file: string, stale: LockHolder | null): void {
  const aside = `${file}.stale.${process.pid}.${process.hrtime.bigint()}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // someone else moved it
  }
  const moved = read(aside);
  if (moved !== null && moved.pid !== stale?.pid && isHeld(moved)) {
    try {
      linkSync(aside, file);
    } catch {
      // A third process locked it in between; the moved holder finds out when it releases.
    }
  }
  rmSync(aside, { force: true });
}

function releaseIfMine(file: string, me: LockHolder): void {
  const holder = read(file);
  if (holder?.pid === me.pid && holder.since === me.since) rmSync(file, { force: true });
}

/** Waits for the lock; `onWait` is told once who holds it. */
export async function waitForLock(
  file: string,
  what: string,
  onWait: (holder: LockHolder) => void,
): Promise<Lock> {
  for (let waited = false; ; waited = true) {
    const taken = tryLock(file, what);
    if ('lock' in taken) return taken.lock;
    if (!waited) onWait(taken.holder);
    await sleep(250);
  }
}
