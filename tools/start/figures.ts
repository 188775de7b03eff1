import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { topics } from '@headwater/contracts';
import type { Pipeline } from '../pipeline/pipeline';
import type { Figures, StageFigures } from './screen';

/** Counts arrive about once a second and in lumps: a rate over a shorter time would jump between none and twice as many. */
const RATE_SECONDS = 10;

const STAGES = [
  { name: 'collector', unit: 'payloads' },
  { name: 'enricher', unit: 'events' },
  { name: 'validator', unit: 'events' },
  { name: 'loader', unit: 'events' },
] as const;

/** The loader reads the counts of the stages too: they are no events, and many more. */
const COUNTS = `topic="${topics.stageCounts.name}"`;

/** The app id that demo-page/page.ts sends. */
const DEMO_PAGE_APP = 'demo-page';

interface Sample {
  readonly at: number;
  readonly totals: ReadonlyMap<string, number>;
}

/** Reads the figures of the screen: totals from the counts that the stages themselves publish, lag from their metrics. */
export class FigureReader {
  private readonly clickhouse: ClickHouseClient;
  private readonly samples: Sample[] = [];

  constructor(
    private readonly pipeline: Pipeline,
    clickhouseUrl: string,
  ) {
    this.clickhouse = createClient({
      url: clickhouseUrl,
      database: 'headwater',
      // The client would print each failure across the screen, which names it already.
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  async read(): Promise<Figures> {
    const [totals, apps, failed, alerts, lags] = await Promise.all([
      this.query<{ stage: string; out: string }>(
        "SELECT toString(stage) AS stage, toString(sum(out_count)) AS out FROM stage_counts WHERE series = 'total' GROUP BY stage",
      ),
      this.query<{ app: string; rows: string }>(
        'SELECT app_id AS app, toString(count()) AS rows FROM events GROUP BY app',
      ),
      this.query<{ type: string; count: string }>(
        'SELECT toString(failure_type) AS type, toString(count()) AS count FROM failed_events GROUP BY type ORDER BY count() DESC',
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
    const before = this.remember(sample);
    const seconds = (sample.at - before.at) / 1000;
    const stages = STAGES.map(({ name, unit }): StageFigures => {
      const total = sample.totals.get(name) ?? 0;
      return {
        name,
        unit,
        total,
        perSecond: seconds > 0 ? (total - (before.totals.get(name) ?? 0)) / seconds : 0,
        lag: lags.get(name) ?? null,
      };
    });
    const alert = alerts[0];
    return {
      stages,
      rows: apps.reduce((sum, { rows }) => sum + Number(rows), 0),
      demoPageRows: Number(apps.find(({ app }) => app === DEMO_PAGE_APP)?.rows ?? 0),
      failedByType: failed.map(({ type, count }) => ({ type, count: Number(count) })),
      lastAlert: alert
        ? { state: alert.state, summary: alert.summary, at: new Date(Number(alert.at)) }
        : null,
    };
  }

  /** Keeps the sample for later ones; answers the one to compare it with. */
  private remember(sample: Sample): Sample {
    this.samples.push(sample);
    while ((this.samples[1]?.at ?? sample.at) < sample.at - RATE_SECONDS * 1000) this.samples.shift();
    return this.samples[0] ?? sample;
  }

  private async query<T>(query: string): Promise<T[]> {
    const result = await this.clickhouse.query({ query, format: 'JSONEachRow' });
    return result.json<T>();
  }

  /** Without those that do not answer: what they have still to read is not known. */
  private async lags(): Promise<ReadonlyMap<string, number>> {
    const entries = STAGES.slice(1).map(async ({ name }) => {
      const page = await fetch(`${this.pipeline.service(name).url}/metrics`).then(
        (response) => response.text(),
        () => null,
      );
      return page === null ? [] : [[name, sumOf(page, 'headwater_stage_lag_records', COUNTS)] as const];
    });
    return new Map((await Promise.all(entries)).flat());
  }
}

/** Sum of a metric over its labels but those with `without`, from a page in the Prometheus text format. */
function sumOf(page: string, metric: string, without: string): number {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && !line.includes(without))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
