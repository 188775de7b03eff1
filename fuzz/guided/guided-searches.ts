import type { GuidedTarget } from './guided-target';
import { watchedSearch, type GuidedFinding } from './watched-search';

/** What the search of one target did, for the reports. */
export interface TargetResults {
  readonly target: string;
  readonly promises: string;
  readonly seconds: number;
  readonly executions: number;
  /** Inputs that each reached what none before did, and the seeds. */
  readonly corpus: number;
  readonly functions: number;
  readonly blocks: number;
  readonly findings: number;
}

const MOST_SHOWN = 4_000;

/** Searches targets one after the other, and prints what each does and finds. */
export async function* guidedSearches(
  targets: readonly GuidedTarget[],
  seconds: number,
  seed: number,
): AsyncGenerator<TargetResults> {
  for (const { name, promises } of targets) {
    const { findings, ...counts } = await watchedSearch(name, seconds, seed);
    console.log(
      `${name.padEnd(18)} ${String(counts.executions).padStart(7)} inputs in ${counts.seconds.toFixed(0)} s, ${String(counts.blocks)} blocks in ${String(counts.functions)} functions, corpus of ${String(counts.corpus)}, ${String(findings.length)} findings (seed ${String(seed)})`,
    );
    findings.forEach(tell);
    yield { target: name, promises, ...counts, findings: findings.length };
  }
}

function tell({ target, seed, problem, detail, input }: GuidedFinding): void {
  console.log(
    `FOUND (${target}, seed ${String(seed)}) ${problem}\n      ${detail.slice(0, MOST_SHOWN)}\n      npm run fuzz -- --target '${target}' --input ${input.toString('base64')}`,
  );
}
