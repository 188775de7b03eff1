import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { parseAffinity } from './measure/affinity';

/** Who runs on which processor. */
export class Processors {
  private constructor(
    private readonly server: number | null,
    private readonly rest: number | null,
    private readonly all: string,
  ) {}

  /** Server on the first processor, load generator, broker and database on the second; none where `taskset` or a second one is missing. */
  static detect(): Processors {
    try {
      const mine = parseAffinity(
        execFileSync('taskset', ['-cp', String(process.pid)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      );
      const [first, second] = mine;
      if (first !== undefined && second !== undefined) return new Processors(first, second, mine.join(','));
    } catch {
      // Not there, or not allowed: measured without.
    }
    return new Processors(null, null, '');
  }

  get description(): string {
    return this.server === null || this.rest === null
      ? 'not pinned (taskset or a second processor is missing): figures depend on who shares a processor'
      : `server on CPU ${this.server}, load generator, broker and database on CPU ${this.rest}`;
  }

  /** Puts all threads of a process, and what it starts later, where servers run. */
  pinServer(pid: number): void {
    this.pin(pid, this.server);
  }

  pinRest(pid: number): void {
    this.pin(pid, this.rest);
  }

  /** Lets a process run on all processors again. */
  free(pid: number): void {
    if (this.server !== null) taskset(pid, this.all);
  }

  private pin(pid: number, processor: number | null): void {
    if (processor !== null) taskset(pid, String(processor));
  }
}

/** Kind and number of processors, and memory. */
export function describeMachine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.versions.node}`;
}

function taskset(pid: number, list: string): void {
  execFileSync('taskset', ['-acp', list, String(pid)], { stdio: 'ignore' });
}
