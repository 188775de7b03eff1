/**
 * Log-likelihood ratio of a count under two means of a negative binomial distribution (variance m + φ m²), in nats:
 * above 0 speaks for `mean1`. φ → 0 is the Poisson distribution. reference/data-quality.md §6.2.
 *
 * @param count what was counted, ≥ 0
 * @param mean0 mean if nothing is wrong, > 0
 * @param mean1 mean under the hypothesis, ≥ 0; 0 means silence
 * @param phi white over-dispersion, ≥ 0
 */
export function countEvidence(count: number, mean0: number, mean1: number, phi: number): number {
  if (mean1 === 0 && count > 0) return Number.NEGATIVE_INFINITY;
  const growth = count === 0 ? 0 : count * Math.log(mean1 / mean0);
  if (phi < 1e-9) return growth - (mean1 - mean0);
  const r = 1 / phi;
  return growth - (count + r) * Math.log((r + mean1) / (r + mean0));
}

/**
 * Log-likelihood ratio of `hits` out of `trials` under two probabilities, in nats. reference/data-quality.md §6.3.
 *
 * @param p0 probability if nothing is wrong, in (0, 1)
 * @param p1 probability under the hypothesis, in (0, 1)
 */
export const ratioEvidence = (hits: number, trials: number, p0: number, p1: number): number =>
  hits * Math.log(p1 / p0) + (trials - hits) * Math.log((1 - p1) / (1 - p0));

export const logit = (p: number): number => Math.log(p / (1 - p));
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
