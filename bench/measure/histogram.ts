/** Buckets per doubling: a figure is off by at most 1 %. */
const STEPS = 64;

/** Counts times by size, in buckets that grow by 1 %: percentiles of millions of figures in a few kilobytes. */
export class Histogram {
  private readonly buckets = new Map<number, number>();
  private total = 0;

  get count(): number {
    return this.total;
  }

  /** @param value anything above 0, in any unit; less counts as the smallest bucket */
  add(value: number): void {
    const bucket = Math.round(Math.log2(Math.max(value, 1e-6)) * STEPS);
    this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + 1);
    this.total += 1;
  }

  /** The figure that `percent` of all do not exceed; null when there is none. */
  percentile(percent: number): number | null {
    let left = Math.ceil((percent / 100) * this.total);
    for (const bucket of [...this.buckets.keys()].sort((a, b) => a - b)) {
      left -= this.buckets.get(bucket) ?? 0;
      if (left <= 0) return 2 ** (bucket / STEPS);
    }
    return null;
  }

  clear(): void {
    this.buckets.clear();
    this.total = 0;
  }
}
