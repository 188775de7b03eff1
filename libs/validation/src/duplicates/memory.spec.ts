import { DuplicateWindow } from './window';

/**
 * Bytes of all typed arrays that an object holds on to, each counted once. They are looked for, not weighed: what a process
 * has in use depends on what ran before, and on when the collector comes round to it.
 */
function bytesHeldBy(object: object): number {
  const buffers = new Set<ArrayBufferLike>();
  const seen = new Set<object>();
  const waiting: unknown[] = [object];
  while (waiting.length > 0) {
    const one = waiting.pop();
    if (typeof one !== 'object' || one === null || seen.has(one)) continue;
    seen.add(one);
    if (ArrayBuffer.isView(one)) buffers.add(one.buffer);
    else for (const key of Reflect.ownKeys(one)) waiting.push(Reflect.get(one, key));
  }
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

// The figures of docs/reference/duplicates.md.
describe('the memory of a duplicate window', () => {
  it.each([
    [30_000, 65_536],
    [90_000, 131_072],
  ])('of %d events is 52 bytes for each of %d places, and no more comes to it', (maxEvents, places) => {
    const window = new DuplicateWindow({ windowMs: 3_600_000, maxEvents, seed: [1, 2] });
    for (let offset = 0; offset < places + 10_000; offset += 1)
      window.see({
        offset: BigInt(offset),
        timestamp: 1_782_000_000_000 + offset,
        value: { app_id: 'shop', event_id: String(offset), event_fingerprint: 'x', replay_id: null },
      });
    expect(window.size).toBe(places);
    const bytes = bytesHeldBy(window) / places;
    expect(bytes).toBeGreaterThan(50);
    expect(bytes).toBeLessThan(53);
  });
});
