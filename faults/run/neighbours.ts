import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** How the folder of each installation of the suite begins. */
export const FOLDER = 'headwater-faults-';
const PID = 'suite.pid';

/** Says in the folder of an installation which process it belongs to. */
export function claim(folder: string): void {
  writeFileSync(join(folder, PID), String(process.pid));
}

/** How many other installations of the suite are at work on this machine. Those that were left behind are not. */
export function neighboursOf(folder: string): number {
  const parent = dirname(folder);
  return readdirSync(parent).filter(
    (name) => name.startsWith(FOLDER) && name !== basename(folder) && isAtWork(join(parent, name)),
  ).length;
}

function isAtWork(folder: string): boolean {
  try {
    return process.kill(Number(readFileSync(join(folder, PID), 'utf8')), 0);
  } catch {
    return false;
  }
}
