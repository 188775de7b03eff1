import type { GuidedTarget, Problem } from './guided-target';

/** Longest that one input may take, milliseconds. */
export const MOST_MS = 1_000;
/** How often what was slow is done again: the quickest counts, the others may have met a collection of garbage. */
const REPEATS = 3;

/** What an input did, and how long it took, milliseconds of the clock on the wall. */
export interface Judgement {
  readonly problem: Problem | null;
  readonly milliseconds: number;
}

export function judge({ check }: GuidedTarget, input: Buffer): Judgement {
  const started = performance.now();
  const problem = problemOf(check, input);
  return { problem, milliseconds: performance.now() - started };
}

/** Null when an input that was slow is quick after all, in time of the processor: others share the machine. */
export function slowness({ check }: GuidedTarget, input: Buffer): Problem | null {
  const times = Array.from({ length: REPEATS }, () => {
    const before = process.threadCpuUsage();
    problemOf(check, input);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  });
  const quickest = Math.min(...times);
  if (quickest <= MOST_MS) return null;
  return {
    kind: 'it takes too long',
    detail: `${quickest.toFixed(0)} ms at least, and ${String(MOST_MS)} are allowed`,
  };
}

function problemOf(check: GuidedTarget['check'], input: Buffer): Problem | null {
  try {
    return check(input);
  } catch (error) {
    if (!(error instanceof Error)) return { kind: 'it throws what is no error', detail: String(error) };
    return { kind: `it throws ${error.name} ${placeOf(error)}`, detail: error.stack ?? error.message };
  }
}

/** The first place of ours in a stack, without column: an error that many inputs meet is one. */
const placeOf = ({ stack = '' }: Error): string =>
  /\b(?:libs|fuzz)\/[\w./-]+:\d+/.exec(stack)?.[0] ?? 'outside of our code';
