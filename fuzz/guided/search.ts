import { setImmediate } from 'node:timers/promises';
import type { Random } from '@headwater/testing';
import { Corpus } from './corpus';
import type { Meter } from './coverage-meter';
import { CoveredBlocks } from './covered-blocks';
import type { GuidedTarget, Problem } from './guided-target';
import { judge, MOST_MS, pollution, slowness } from './judge';
import { minimise } from './minimise';
import { mutate } from './mutate';

/** An input that broke a promise, as short as it could be made. */
export interface Finding extends Problem {
  readonly input: Buffer;
}

export interface Progress {
  /** Inputs tried, without those that were done again to find out which of several reached something new. */
  readonly executions: number;
  readonly corpus: number;
  readonly functions: number;
  readonly blocks: number;
}

export interface Search {
  readonly target: GuidedTarget;
  readonly random: Random;
  readonly meter: Meter;
  /** Asked before each input, with how many there were. */
  readonly goesOn: (executions: number) => boolean;
  /** Told of each input before it is tried, so that one that ends the process is known. */
  readonly onInput?: (input: Buffer) => void;
  readonly onFinding: (finding: Finding) => void;
  /** Called often. To count takes a moment: do it now and then. */
  readonly onProgress?: (count: () => Progress) => void;
}

const MINIMISING_MS = 5_000;

/** Tries inputs, keeps those that reach new code, and goes on from them. */
export async function search(options: Search): Promise<Progress> {
  return new Searching(options).run();
}

class Searching {
  private readonly corpus = new Corpus();
  private readonly blocks = new CoveredBlocks();
  private readonly found = new Set<string>();
  private executions = 0;

  constructor(private readonly options: Search) {}

  async run(): Promise<Progress> {
    const { target, random, meter, goesOn, onProgress } = this.options;
    for (const seed of target.seeds) {
      const input = seed.subarray(0, target.maximumBytes);
      this.attempt(input);
      this.blocks.add(await meter.take());
      this.corpus.add(input);
    }
    while (goesOn(this.executions)) {
      const inputs: Buffer[] = [];
      while (inputs.length < target.inputsALook && goesOn(this.executions)) {
        const material = { random, other: this.corpus.any(random), dictionary: target.dictionary };
        const input = mutate(this.corpus.pick(random), material, target.maximumBytes);
        this.attempt(input);
        inputs.push(input);
      }
      this.findPolluter(inputs);
      await this.keepFresh(inputs);
      onProgress?.(() => this.progress());
      await setImmediate(); // lets messages out
    }
    return this.progress();
  }

  private progress(): Progress {
    return {
      executions: this.executions,
      corpus: this.corpus.size,
      functions: this.blocks.functionCount,
      blocks: this.blocks.blockCount,
    };
  }

  /** Keeps those of some inputs that reach what none before them did: halves are done again to find out which. */
  private async keepFresh(inputs: readonly Buffer[]): Promise<void> {
    const together = await this.options.meter.take();
    if (!this.blocks.hasFresh(together)) return;
    await this.keepFreshOf(inputs);
    // What only the first time reaches, such as the making of a cache, leads nowhere.
    this.blocks.add(together);
  }

  private async keepFreshOf(inputs: readonly Buffer[]): Promise<void> {
    const { target, meter, onInput } = this.options;
    const middle = Math.ceil(inputs.length / 2);
    for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
      for (const input of half) {
        onInput?.(input);
        judge(target, input);
      }
      const reached = await meter.take();
      if (!this.blocks.hasFresh(reached)) continue;
      const [only, ...others] = half;
      if (others.length > 0) await this.keepFreshOf(half);
      else if (only !== undefined) this.corpus.add(only);
      this.blocks.add(reached);
    }
  }

  private attempt(input: Buffer): void {
    const { target, onInput } = this.options;
    this.executions += 1;
    onInput?.(input);
    const { problem, milliseconds } = judge(target, input);
    if (problem !== null) this.tell(input, problem);
    else if (milliseconds > MOST_MS) {
      const slow = slowness(target, input);
      if (slow !== null) this.tell(input, slow);
    }
  }

  /** Where some inputs changed what all objects share, tries them again to find out which of them does. */
  private findPolluter(inputs: readonly Buffer[]): void {
    const problem = pollution();
    if (problem === null) return;
    const polluter = inputs.find((input) => {
      judge(this.options.target, input);
      return pollution() !== null;
    });
    this.tell(polluter ?? Buffer.alloc(0), problem);
  }

  private tell(input: Buffer, problem: Problem): void {
    const { target, onInput, onFinding } = this.options;
    if (this.found.has(problem.kind)) return;
    this.found.add(problem.kind);
    const until = performance.now() + MINIMISING_MS;
    const again = (candidate: Buffer): Problem | null => {
      onInput?.(candidate);
      const { problem: same, milliseconds } = judge(target, candidate);
      return same ?? (milliseconds > MOST_MS ? slowness(target, candidate) : null);
    };
    const shortest = minimise(
      input,
      (candidate) => again(candidate)?.kind === problem.kind,
      () => performance.now() < until,
    );
    onFinding({ ...(again(shortest) ?? problem), input: shortest });
  }
}
