import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { LatencyHistogram } from './latency-histogram';

const NAME = 'waiting_seconds';
const HELP = 'Time spent waiting.';
const BOUNDS = [0.001, 0.01, 0.1, 1];

describe('LatencyHistogram', () => {
  it('prints what the histogram of prom-client prints', async () => {
    const values = fc.array(
      fc.oneof(
        fc.constantFrom(...BOUNDS),
        fc.nat(3_000).map((ms) => ms / 1_000),
      ),
    );
    await fc.assert(
      fc.asyncProperty(values, async (observed) => {
        const [theirs, ours] = [new Registry(), new Registry()];
        for (const registry of [theirs, ours]) registry.setDefaultLabels({ service: 'collector' });
        const histogram = new Histogram({ name: NAME, help: HELP, buckets: BOUNDS, registers: [theirs] });
        const latency = new LatencyHistogram(NAME, HELP, BOUNDS).registerIn(ours);
        for (const value of observed) {
          histogram.observe(value);
          latency.observe(value);
        }
        expect(await ours.metrics()).toBe(await theirs.metrics());
      }),
    );
  });
});
