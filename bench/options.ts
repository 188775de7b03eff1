import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const stageNames = ['collector', 'enricher', 'validator', 'loader', 'pipeline'] as const;
export type StageName = (typeof stageNames)[number];

/** How much is measured. */
export interface Sizes {
  readonly rounds: number;
  /** Length of a window of warm-up, seconds. */
  readonly warmSeconds: number;
  /** Warm-up ends here even when the cost is not flat yet, seconds. */
  readonly warmAtMost: number;
  /** Load before a window that counts, seconds. */
  readonly settleSeconds: number;
  /** Window at saturation, seconds. */
  readonly windowSeconds: number;
  /** Window at a fixed rate, seconds. */
  readonly rateSeconds: number;
  /** Requests a second of the fixed rate. */
  readonly requestsPerSecond: number;
  readonly connections: number;
  /** Events in the topic that a stage works off. */
  readonly stageEvents: number;
  /** Seconds that the pipeline must keep a rate up. */
  readonly sustainSeconds: number;
  /** Seconds of probes at 1,000 events a second. */
  readonly probeSeconds: number;
  /** Rates that the pipeline is tried at, events a second, rising. */
  readonly rates: readonly number[];
}

const full: Sizes = {
  rounds: 3,
  warmSeconds: 3,
  warmAtMost: 40,
  settleSeconds: 2,
  windowSeconds: 5,
  rateSeconds: 8,
  requestsPerSecond: 1_500,
  connections: 256,
  stageEvents: 100_000,
  sustainSeconds: 60,
  probeSeconds: 60,
  rates: [2_500, 5_000, 6_500, 8_000, 10_000, 12_500, 15_000],
};

const quick: Sizes = {
  ...full,
  rounds: 1,
  warmSeconds: 1,
  warmAtMost: 6,
  settleSeconds: 1,
  windowSeconds: 2,
  rateSeconds: 3,
  stageEvents: 20_000,
  sustainSeconds: 15,
  probeSeconds: 15,
  rates: [2_500, 5_000],
};

export interface Options {
  readonly stages: readonly StageName[];
  readonly quick: boolean;
  readonly sizes: Sizes;
  readonly writeDocs: boolean;
  /** Where JSON and Markdown of the run are written. */
  readonly outDir: string;
}

export const HELP = `Measures Headwater beside the obvious ways to build it, in the same rounds, on this machine.

  npm run bench -- [options]

  --stage NAME    ${stageNames.join(', ')} or all (the default); may be given more than once
  --rounds N      rounds of each stage (default ${full.rounds}; with --quick ${quick.rounds})
  --quick         small sizes: shows that everything runs, its figures are rough
  --write-docs    keep the results in bench/results.json and write docs/reference/benchmarks.md
  --out DIR       where report.json and report.md go (default .headwater/bench)

  HEADWATER_BENCH_PEERS   a JSON list of other programs to measure in the same rounds, see docs/reference/benchmarks.md

It needs two processors and a quiet machine: rounds in which other programs used more than a fifth of a processor are marked.
`;

/** What the command line asks for; null for help. @throws Error with a sentence that says what is wrong and what may be written */
export function readOptions(args: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      stage: { type: 'string', multiple: true, default: ['all'] },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      out: { type: 'string', default: '.headwater/bench' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return null;
  const sizes = values.quick ? quick : full;
  return {
    stages: stagesOf(values.stage),
    quick: values.quick,
    sizes: { ...sizes, rounds: values.rounds === undefined ? sizes.rounds : roundsOf(values.rounds) },
    writeDocs: values['write-docs'],
    outDir: resolve(values.out),
  };
}

function stagesOf(names: readonly string[]): readonly StageName[] {
  const unknown = names.find((name) => name !== 'all' && !stageNames.some((stage) => stage === name));
  if (unknown !== undefined)
    throw new Error(`There is no stage "${unknown}" to measure. Write ${stageNames.join(', ')} or all.`);
  return names.includes('all') ? stageNames : stageNames.filter((stage) => names.includes(stage));
}

function roundsOf(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds "${text}" is no number of rounds. Write a whole number from 1 on.`);
  return rounds;
}
