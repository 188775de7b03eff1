import type { Metric, Registry } from 'prom-client';

/**
 * A Prometheus histogram without labels that costs an addition for each value: prom-client's own takes as long as a
 * tenth of the whole request. It is printed the same way.
 */
export class LatencyHistogram {
  private readonly counts: number[];
  private sum = 0;

  /** @param bounds upper bounds of the buckets, ascending */
  constructor(
    readonly name: string,
    readonly help: string,
    private readonly bounds: readonly number[],
  ) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  registerIn(registry: Registry): this {
    // A registry asks of a metric only what this class has; its type asks for a class of prom-client.
    registry.registerMetric(this as unknown as Metric);
    return this;
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.sum += value;
  }

  /** What the registry prints. */
  get(): Promise<object> {
    const { name, help, bounds, counts, sum } = this;
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: bounds[index] ?? '+Inf' }, value: total };
    });
    const values = [
      ...buckets,
      { metricName: `${name}_sum`, labels: {}, value: sum },
      { metricName: `${name}_count`, labels: {}, value: total },
    ];
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  }
}
