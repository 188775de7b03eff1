import fc from 'fast-check';
import { TokenBucket } from './token-bucket';

describe('a token bucket', () => {
  it('grants its burst at once, and then its rate', () => {
    const bucket = new TokenBucket(2, 3);
    const granted = [0, 0, 0, 0, 499, 500, 500, 1_000].map((now) => bucket.take(now));
    expect(granted).toEqual([true, true, true, false, false, true, false, true]);
  });

  it('says how long to wait', () => {
    const bucket = new TokenBucket(0.1, 1);
    bucket.take(0);
    expect(bucket.take(1)).toBe(false);
    expect(bucket.secondsUntilNext()).toBe(10);
    expect(bucket.take(10_000)).toBe(true);
  });

  it('never grants more than burst and rate allow, whatever the order of times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 500 }),
        (rate, burst, times) => {
          const bucket = new TokenBucket(rate, burst);
          const granted = times.filter((now) => bucket.take(now)).length;
          const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
          expect(granted).toBeLessThanOrEqual(burst + rate * seconds + 1e-6);
        },
      ),
    );
  });
});
