import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DuplicateWindow } from './window';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Bytes of typed arrays that are in use. */
const inUse = (): number => {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
};

// The figures of docs/reference/duplicates.md.
describe('the memory of a duplicate window', () => {
  it.each([
    [30_000, 65_536],
    [90_000, 131_072],
  ])('of %d events is 52 bytes for each of %d places, and no more comes to it', (maxEvents, places) => {
    const before = inUse();
    const window = new DuplicateWindow({ windowMs: 3_600_000, maxEvents, seed: [1, 2] });
    for (let offset = 0; offset < places + 10_000; offset += 1)
      window.see({
        offset: BigInt(offset),
        timestamp: 1_782_000_000_000 + offset,
        value: { app_id: 'shop', event_id: String(offset), event_fingerprint: 'x', replay_id: null },
      });
    const bytes = inUse() - before;
    expect(window.size).toBe(places);
    expect(bytes / places).toBeGreaterThan(50);
    expect(bytes / places).toBeLessThan(53);
  });
});
