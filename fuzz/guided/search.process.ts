import { createRequire } from 'node:module';
import { Random } from '@headwater/testing';
import { CoverageMeter } from './coverage-meter';
import { InputFile } from './input-file';
import type { Message, Order } from './messages';
import { search } from './search';
import type * as Targets from './targets';

const PROGRESS_MS = 1_000;
/** Our own libraries, and no packages: those have tests of their own. */
const isOurs = (url: string): boolean => url.includes('/libs/') && !url.includes('/node_modules/');

const tell = (message: Message): void => {
  process.send?.(message);
};

/** Searches one target. A process by itself, because an input may end it, or hold it for ever. */
async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '') as Order;
  const file = new InputFile(order.inputFile);
  const meter = await CoverageMeter.start(isOurs);
  // Only now: of what was compiled before, V8 tells no blocks.
  const { targetNamed } = createRequire(__filename)('./targets') as typeof Targets;
  // From the first input on that is no seed: to load the code takes its time too.
  let until = Infinity;
  let told = performance.now();
  const progress = await search({
    target: targetNamed(order.target),
    random: new Random(order.seed),
    meter,
    goesOn: () => {
      until = Math.min(until, performance.now() + order.seconds * 1_000);
      return performance.now() < until;
    },
    onInput: (input) => {
      file.write(input);
    },
    onFinding: ({ kind, detail, input }) => {
      tell({ kind: 'finding', problem: kind, detail, input: input.toString('base64') });
    },
    onProgress: (count) => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      tell({ kind: 'progress', progress: count() });
    },
  });
  tell({ kind: 'done', progress });
  meter.stop();
  file.close();
  process.disconnect();
}

void main();
