import fc from 'fast-check';
import { negativeBinomial, seeded } from '../testing/random';
import { countEvidence, logistic, logit, ratioEvidence } from './likelihood';

describe('countEvidence', () => {
  it('is the mean itself for silence where the mean is known (Poisson)', () => {
    expect(countEvidence(0, 7, 0, 0)).toBeCloseTo(7);
  });

  it('rules silence out as soon as something is counted', () => {
    expect(countEvidence(1, 7, 0, 0.01)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('comes near the Poisson evidence as the over-dispersion vanishes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.double({ min: 1, max: 300, noNaN: true }),
        fc.double({ min: 1, max: 300, noNaN: true }),
        (count, mean0, mean1) =>
          Math.abs(countEvidence(count, mean0, mean1, 1e-8) - countEvidence(count, mean0, mean1, 0)) < 0.05,
      ),
    );
  });

  it('gathers at the rate of information that the theory gives (reference §6.5)', () => {
    const random = seeded(1);
    const [mean0, mean1, phi, r] = [100, 70, 0.0025, 400];
    let sum = 0;
    for (let n = 0; n < 20_000; n += 1)
      sum += countEvidence(negativeBinomial(mean1, phi, random), mean0, mean1, phi);
    const information =
      mean1 * Math.log((mean1 * (r + mean0)) / (mean0 * (r + mean1))) +
      r * Math.log((r + mean0) / (r + mean1));
    expect(sum / 20_000).toBeCloseTo(information, 1);
  });
});

describe('ratioEvidence', () => {
  it('speaks for the hypothesis that made the data', () => {
    expect(ratioEvidence(30, 100, 0.1, 0.3)).toBeGreaterThan(0);
    expect(ratioEvidence(10, 100, 0.1, 0.3)).toBeLessThan(0);
    expect(ratioEvidence(10, 100, 0.1, 0.1)).toBe(0);
  });

  it('turns odds into probabilities and back', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (p) => Math.abs(logistic(logit(p)) - p) < 1e-9,
      ),
    );
  });
});
