import type { Scene } from '../scenario';
import { inWords, Prober, unwanted } from '../world/prober';

/** Asks the collector without a pause while something happens, as a tracker. Answers how often each status came. */
export async function probed(
  { world, expect, tell }: Scene,
  work: () => Promise<void>,
): Promise<ReadonlyMap<number | 'none', number>> {
  const prober = new Prober(world.collectorUrl);
  try {
    await work();
  } finally {
    await prober.stop();
  }
  const tally = prober.tally();
  tell(`a tracker saw ${inWords(tally)}`);
  expect('no answer is a 5xx other than 503', unwanted(tally) === 0, inWords(tally));
  return tally;
}
