import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;

/** Waits until something holds. False when it does not within `withinMs`. */
export async function until(holds: () => Promise<boolean> | boolean, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
