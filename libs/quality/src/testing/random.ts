/** Taken once: Jest's sandbox makes every look-up of a global slow. */
const { PI, cos, exp, floor, log, max, round, sqrt } = Math;

/** Uniform numbers in [0, 1) from a seed: xorshift128+ in its 32-bit form (Marsaglia 2003), good enough to simulate. */
export function seeded(seed: number): () => number {
  let [x, y, z, w] = [seed ^ 123456789, 362436069, 521288629, 88675123 + seed];
  const next = (): number => {
    const t = x ^ (x << 11);
    [x, y, z] = [y, z, w];
    w = w ^ (w >>> 19) ^ t ^ (t >>> 8);
    return (w >>> 0) / 2 ** 32;
  };
  for (let warm = 0; warm < 32; warm += 1) next();
  return next;
}

/** Standard normal (Box and Muller 1958). */
export const normal = (random: () => number): number => sqrt(-2 * log(1 - random())) * cos(2 * PI * random());

/** Gamma with mean 1 and variance 1 / shape (Marsaglia and Tsang 2000); shape ≥ 1. */
function unitGamma(shape: number, random: () => number): number {
  const d = shape - 1 / 3;
  const c = 1 / sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && log(1 - random()) < 0.5 * x * x + d - d * v + d * log(v)) return (d * v) / shape;
  }
}

/** Poisson; by inversion below a mean of 30, above it by a rounded normal. */
export function poisson(mean: number, random: () => number): number {
  if (mean > 30) return max(0, round(mean + sqrt(mean) * normal(random)));
  let [count, product] = [0, random()];
  const limit = exp(-mean);
  while (product > limit) {
    count += 1;
    product *= random();
  }
  return count;
}

/** Negative binomial with variance mean + phi · mean². */
export const negativeBinomial = (mean: number, phi: number, random: () => number): number =>
  poisson(phi > 0 ? mean * unitGamma(1 / phi, random) : mean, random);

/** Binomial, by a normal above 1,000 expected hits and misses, else from one hit to the next. */
export function binomial(trials: number, p: number, random: () => number): number {
  if (p <= 0) return 0;
  if (p >= 1) return trials;
  if (trials * p * (1 - p) > 1000) return round(trials * p + sqrt(trials * p * (1 - p)) * normal(random));
  let hits = -1;
  for (let trial = 0; trial <= trials; hits += 1) trial += 1 + floor(log(1 - random()) / log(1 - p));
  return hits;
}
