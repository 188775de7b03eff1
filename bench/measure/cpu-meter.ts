import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import {
  parseBusyTicks,
  parseProcessMemory,
  parseProcessStat,
  ticksBetween,
  treeOf,
  type ProcessMemory,
  type ProcessStat,
} from './proc';

/** What a stretch of time cost. */
export interface Usage {
  readonly seconds: number;
  /** Processor time of each part that was metered, microseconds. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Processor time of everything that is not ours, as a part of one processor: 0.2 is a fifth of a core. */
  readonly others: number;
}

const TICK_US = 1_000_000 / ticksPerSecond();

/** Meters some processes, each with all that descend from it, from now on. */
export class CpuMeter<Part extends string> {
  private readonly begun = performance.now();
  private readonly before = pictureOfMachine();

  constructor(private readonly roots: Readonly<Record<Part, number>>) {}

  /** From the start of the meter until now. */
  read(): Usage & { readonly cpuUs: Readonly<Record<Part, number>> } {
    const after = pictureOfMachine();
    const seconds = (performance.now() - this.begun) / 1000;
    const used = (root: number): number =>
      ticksBetween(treeOf(root, this.before.processes), treeOf(root, after.processes)) * TICK_US;
    const parts = Object.entries<number>(this.roots).map(([part, root]) => [part, used(root)] as const);
    const busyUs = (after.busyTicks - this.before.busyTicks) * TICK_US;
    return {
      seconds,
      cpuUs: Object.fromEntries(parts) as Record<Part, number>,
      others: Math.max(0, (busyUs - used(process.pid)) / 1_000_000 / seconds),
    };
  }
}

/** Memory of a process; null when it has ended. */
export function memoryOf(pid: number): ProcessMemory | null {
  return parseProcessMemory(readText(`/proc/${pid}/status`));
}

interface Picture {
  readonly busyTicks: number;
  readonly processes: readonly ProcessStat[];
}

function pictureOfMachine(): Picture {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => parseProcessStat(readText(`/proc/${pid}/stat`)))
    .filter((stat) => stat !== null);
  return { busyTicks: parseBusyTicks(readText('/proc/stat')), processes };
}

/** Empty when the process has ended meanwhile. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function ticksPerSecond(): number {
  try {
    return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100;
  } catch {
    return 100;
  }
}
