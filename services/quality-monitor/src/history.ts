import type { ClickHouse } from '@headwater/clickhouse';
import {
  AlertSeverity,
  AlertStage,
  CountingStage,
  CountUnit,
  type QualityAlert,
  type StageCounts,
} from '@headwater/contracts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Alerts that were raised longer ago are not taken up again. */
const ALERT_DAYS = 30;

/** What is known from before the start. */
export interface History {
  /** Time of the earliest and the latest summary of the last `days` before `now`; null when there is none. */
  span(now: number, days: number): Promise<{ readonly from: number; readonly to: number } | null>;
  /** Summaries added up by minute, stage, app and series, in the order of their time. `to` is not included. */
  counts(from: number, to: number): Promise<readonly StageCounts[]>;
  /** Alerts whose last state is `firing`. */
  openAlerts(now: number): Promise<readonly QualityAlert[]>;
}

interface CountRow {
  readonly at: number;
  readonly app_id: string;
  readonly stage: string;
  readonly series: string;
  readonly unit: string;
  readonly in_count: number | null;
  readonly out_count: number | null;
  readonly payloads_in: number | null;
  readonly delay: number | null;
  readonly failed_by: Readonly<Record<string, number>>;
  readonly dropped_by: Readonly<Record<string, number>>;
}

interface AlertRow extends Omit<
  QualityAlert,
  'collector_tstamp' | 'started_at' | 'stage' | 'severity' | 'state'
> {
  readonly at: number;
  readonly started: number | null;
  readonly last_stage: string;
  readonly last_severity: string;
}

// Aliases must not be the names of columns: ClickHouse would use them in WHERE as well.
const SPAN = `
  SELECT count() AS summaries,
    toUnixTimestamp64Milli(min(collector_tstamp)) AS earliest,
    toUnixTimestamp64Milli(max(collector_tstamp)) AS latest
  FROM stage_counts
  WHERE collector_tstamp >= fromUnixTimestamp64Milli({from:Int64}) AND collector_tstamp < fromUnixTimestamp64Milli({to:Int64})`;

const COUNTS = `
  SELECT toUnixTimestamp64Milli(collector_tstamp) AS at, app_id, toString(stage) AS stage, series, any(toString(unit)) AS unit,
    sum(stage_counts.in_count) AS in_count, sum(stage_counts.out_count) AS out_count,
    sum(stage_counts.payloads_in) AS payloads_in, max(max_delay_ms) AS delay,
    sumMap(failed) AS failed_by, sumMap(dropped) AS dropped_by
  FROM stage_counts
  WHERE collector_tstamp >= fromUnixTimestamp64Milli({from:Int64}) AND collector_tstamp < fromUnixTimestamp64Milli({to:Int64})
  GROUP BY at, app_id, stage, series
  ORDER BY at, stage, app_id, series`;

const OPEN_ALERTS = `
  SELECT * FROM (
    SELECT toString(quality_alerts.alert_id) AS alert_id, app_id, toUnixTimestamp64Milli(collector_tstamp) AS at, dedupe_key,
      check, series, toString(stage) AS last_stage, toString(state) AS last_state, toString(severity) AS last_severity,
      toUnixTimestamp64Milli(assumeNotNull(started_at)) AS started, observed, expected, expected_low, expected_high, unit,
      summary, explanation, runbook
    FROM quality_alerts
    WHERE collector_tstamp >= fromUnixTimestamp64Milli({from:Int64})
    ORDER BY collector_tstamp DESC, state = 'resolved' DESC
    LIMIT 1 BY dedupe_key
  ) WHERE last_state = 'firing'`;

/** The history that the loader has written to ClickHouse. Throws `ServiceError` where it cannot be read. */
export class ClickHouseHistory implements History {
  constructor(private readonly clickhouse: Pick<ClickHouse, 'query'>) {}

  async span(now: number, days: number): Promise<{ readonly from: number; readonly to: number } | null> {
    const [row] = await this.clickhouse.query<{ summaries: number; earliest: number; latest: number }>(SPAN, {
      from: Math.floor(now - days * DAY),
      to: Math.floor(now),
    });
    return row && row.summaries > 0 ? { from: row.earliest, to: row.latest } : null;
  }

  async counts(from: number, to: number): Promise<readonly StageCounts[]> {
    const rows = await this.clickhouse.query<CountRow>(COUNTS, { from, to });
    return rows.map((row) => ({
      counts_id: '',
      app_id: row.app_id,
      collector_tstamp: row.at,
      stage: oneOf(CountingStage, row.stage),
      series: row.series,
      unit: oneOf(CountUnit, row.unit),
      source: null,
      in_count: row.in_count,
      out_count: row.out_count,
      failed: row.failed_by,
      dropped: row.dropped_by,
      payloads_in: row.payloads_in,
      status_codes: null,
      lag_records: null,
      max_delay_ms: row.delay,
    }));
  }

  async openAlerts(now: number): Promise<readonly QualityAlert[]> {
    const rows = await this.clickhouse.query<AlertRow>(OPEN_ALERTS, {
      from: Math.floor(now - ALERT_DAYS * DAY),
    });
    return rows.map(({ at, started, last_stage, last_severity, ...alert }) => ({
      ...alert,
      collector_tstamp: at,
      started_at: started,
      resolved_at: null,
      state: 'firing',
      stage: oneOf(AlertStage, last_stage),
      severity: oneOf(AlertSeverity, last_severity),
    }));
  }
}

const oneOf = <T extends string>(words: readonly T[], word: string): T | null =>
  words.find((known) => known === word) ?? null;

/**
 * Cuts a span into pieces whose queries bring about `maxRows` rows each: the next piece is as long as the density of the
 * last one allows, at least a minute, at most a day, and never more than four times the last.
 */
export function nextPiece(
  last: { readonly minutes: number; readonly rows: number },
  maxRows: number,
): number {
  const fitting = last.rows === 0 ? last.minutes * 4 : Math.floor((maxRows * last.minutes) / last.rows);
  return Math.max(1, Math.min(fitting, last.minutes * 4, DAY / MINUTE));
}
