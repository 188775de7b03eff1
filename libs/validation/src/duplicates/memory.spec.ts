import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DuplicateWindow } from './window';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const ROUNDS = 30;
/** What specs before this one have left may be freed late: a figure counts once it has stayed for so many rounds. */
const STEADY_ROUNDS = 4;
const ROUND_MS = 20;

/** Bytes of typed arrays that are in use: what the collector frees, it frees in the background, over several rounds. */
async function inUse(): Promise<number> {
  let last = Infinity;
  let steady = 0;
  for (let round = 0; round < ROUNDS && steady < STEADY_ROUNDS; round += 1) {
    collectGarbage();
    await sleep(ROUND_MS);
    const now = process.memoryUsage().arrayBuffers;
    steady = now === last ? steady + 1 : 0;
    last = now;
  }
  return last;
}

// The figures of docs/reference/duplicates.md.
describe('the memory of a duplicate window', () => {
  it.each([
    [30_000, 65_536],
    [90_000, 131_072],
  ])('of %d events is 52 bytes for each of %d places, and no more comes to it', async (maxEvents, places) => {
    const before = await inUse();
    const window = new DuplicateWindow({ windowMs: 3_600_000, maxEvents, seed: [1, 2] });
    for (let offset = 0; offset < places + 10_000; offset += 1)
      window.see({
        offset: BigInt(offset),
        timestamp: 1_782_000_000_000 + offset,
        value: { app_id: 'shop', event_id: String(offset), event_fingerprint: 'x', replay_id: null },
      });
    const bytes = (await inUse()) - before;
    expect(window.size).toBe(places);
    expect(bytes / places).toBeGreaterThan(50);
    expect(bytes / places).toBeLessThan(53);
  });
});
