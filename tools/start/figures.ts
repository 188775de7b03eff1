import { createClient, type ClickHouseClient } from '@clickhouse/client';
import type { Pipeline } from '../pipeline/pipeline';
import type { Figures, StageFigures } from './screen';

const STAGES = [
  { name: 'collector', unit: 'payloads' },
  { name: 'enricher', unit: 'events' },
  { name: 'validator', unit: 'events' },
  { name: 'loader', unit: 'events' },
] as const;

interface Sample {
  readonly at: number;
  readonly totals: ReadonlyMap<string, number>;
}

/** Reads the figures of the screen: totals from the counts that the stages themselves publish, lag from their metrics. */
export class FigureReader {
  private readonly clickhouse: ClickHouseClient;
  private previous: Sample | null = null;

  constructor(
    private readonly pipeline: Pipeline,
    clickhouseUrl: string,
  ) {
    this.clickhouse = createClient({ url: clickhouseUrl, database: 'headwater' });
  }

  async read(): Promise<Figures> {
    const [totals, rows, failed, alerts, lags] = await Promise.all([
      this.query<{ stage: string; out: string }>(
        "SELECT toString(stage) AS stage, toString(sum(out_count)) AS out FROM stage_counts WHERE series = 'total' GROUP BY stage",
      ),
      this.query<{ rows: string }>('SELECT toString(count()) AS rows FROM events'),
      this.query<{ type: string; count: string }>(
        'SELECT toString(failure_type) AS type, toString(count()) AS count FROM failed_events GROUP BY type ORDER BY count() DESC LIMIT 5',
      ),
      this.query<{ state: string; summary: string; at: string }>(
        'SELECT toString(state) AS state, summary, toString(toUnixTimestamp64Milli(collector_tstamp)) AS at FROM quality_alerts ORDER BY collector_tstamp DESC LIMIT 1',
      ),
      this.lags(),
    ]);
    const sample: Sample = {
      at: performance.now(),
      totals: new Map(totals.map(({ stage, out }) => [stage, Number(out)])),
    };
    const stages = STAGES.map(({ name, unit }): StageFigures => {
      const total = sample.totals.get(name) ?? 0;
      const before = this.previous?.totals.get(name) ?? total;
      const seconds = this.previous ? (sample.at - this.previous.at) / 1000 : 1;
      return {
        name,
        unit,
        total,
        perSecond: Math.max(0, total - before) / seconds,
        lag: name === 'collector' ? null : (lags.get(name) ?? 0),
      };
    });
    this.previous = sample;
    const alert = alerts[0];
    return {
      stages,
      rows: Number(rows[0]?.rows ?? 0),
      failedByType: failed.map(({ type, count }) => ({ type, count: Number(count) })),
      lastAlert: alert
        ? { state: alert.state, summary: alert.summary, at: new Date(Number(alert.at)) }
        : null,
    };
  }

  close(): Promise<void> {
    return this.clickhouse.close();
  }

  private async query<T>(query: string): Promise<T[]> {
    const result = await this.clickhouse.query({ query, format: 'JSONEachRow' });
    return result.json<T>();
  }

  private async lags(): Promise<ReadonlyMap<string, number>> {
    const entries = STAGES.slice(1).map(async ({ name }) => {
      const text = await fetch(`${this.pipeline.service(name).url}/metrics`).then(
        (response) => response.text(),
        () => '',
      );
      return [name, sumOf(text, 'headwater_stage_lag_records')] as const;
    });
    return new Map(await Promise.all(entries));
  }
}

/** Sum of a metric over its labels, from a page in the Prometheus text format. */
export function sumOf(page: string, metric: string): number {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
