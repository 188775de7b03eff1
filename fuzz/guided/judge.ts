import { Intrinsics } from '../intrinsics/intrinsics';
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

/** What inputs may not change. From the first of them on: packages may add to it while they are loaded. */
let shared: { readonly all: Intrinsics; readonly likeliest: Intrinsics } | null = null;
const sharedNow = (): NonNullable<typeof shared> =>
  (shared ??= {
    all: new Intrinsics(),
    likeliest: new Intrinsics({ 'Object.prototype': Object.prototype }),
  });

/** What the input did: of what all objects share, it looks at `Object.prototype` only, for all of it takes long. */
export function judge({ check }: GuidedTarget, input: Buffer): Judgement {
  const { likeliest } = sharedNow();
  const started = performance.now();
  const problem = problemOf(check, input);
  const milliseconds = performance.now() - started;
  return { problem: pollutionOf(likeliest) ?? problem, milliseconds };
}

/** Whether inputs have changed anything that all objects share, since this was asked last. */
export const pollution = (): Problem | null => pollutionOf(sharedNow().all);

function pollutionOf(intrinsics: Intrinsics): Problem | null {
  const changes = intrinsics.changes();
  return changes.length === 0
    ? null
    : { kind: 'it changes what all objects share', detail: changes.join(', ') };
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
