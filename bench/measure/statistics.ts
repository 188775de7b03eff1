/** Median and range of some figures. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Null for no figures at all. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { median: medianOfSorted(sorted), min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/** Whether the last `windows` figures lie within `tolerance` of each other, as a part of the least: warm-up is over. */
export function isFlat(values: readonly number[], windows = 3, tolerance = 0.03): boolean {
  if (values.length < windows) return false;
  const last = values.slice(-windows);
  const least = Math.min(...last);
  return least > 0 && (Math.max(...last) - least) / least <= tolerance;
}

/** A fixed percentile of a list, nearest rank; null for an empty one. */
export function percentileOf(values: readonly number[], percent: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? null;
}

function medianOfSorted(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
