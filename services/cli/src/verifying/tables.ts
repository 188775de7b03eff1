import type { ClickHouse } from '@headwater/clickhouse';
import {
  digestSql,
  eventColumns,
  expectedParts,
  failedColumns,
  resolve,
  type AlertSeen,
  type EventRow,
  type FailedRow,
  type Facts,
  type SeenRows,
  type StageTotals,
} from '@headwater/verification';

/** Rows of one query: so many fit into memory well. */
const PAGE_ROWS = 50_000;
/** Corrupt rows that are looked at again, column by column. */
const EXPLAINED = 5;

/** What the check reads of ClickHouse, all of one app. */
export class Tables {
  constructor(
    private readonly clickhouse: ClickHouse,
    private readonly app: string,
  ) {}

  /** Rows that are there now: cheap, for waiting until no more come. */
  async counts(): Promise<{ readonly events: number; readonly failed: number }> {
    const [row] = await this.query<{ events: number; failed: number }>(
      `SELECT (SELECT count() FROM events_stored WHERE app_id = {app:String}) AS events,
              (SELECT uniqExact(failed_id) FROM failed_events_stored WHERE app_id = {app:String}) AS failed`,
    );
    return { events: row?.events ?? 0, failed: row?.failed ?? 0 };
  }

  /** Lays every row against the ledger, a page at a time. */
  async observe(seen: SeenRows, facts: Facts): Promise<void> {
    const { events, failed } = await this.counts();
    const pages = pagesOf(events);
    const suspects: EventRow[] = [];
    for (let page = 0; page < pages; page += 1) {
      const rows = await this.query<EventRow>(
        `SELECT toString(event_id) AS id, duplicate_of AS duplicateOf, event_fingerprint AS fingerprint,
                page_title AS title, ${digestSql(eventColumns)} AS digest
         FROM events_stored WHERE app_id = {app:String} AND cityHash64(event_id) % {pages:UInt32} = {page:UInt32}`,
        { pages, page },
      );
      for (const row of rows)
        if (seen.event(row) === 'corrupt' && suspects.length < EXPLAINED) suspects.push(row);
    }
    for (const row of suspects) await this.explain(row, seen, facts);
    await this.observeFailed(seen, pagesOf(failed));
    await this.observeView(seen);
  }

  /** What the stages say that they did, over the whole run. @returns null where this version of the tables does not say */
  async accounting(): Promise<readonly StageTotals[] | null> {
    const [view] = await this.query<{ found: number }>(
      `SELECT count() AS found FROM system.tables WHERE database = currentDatabase() AND name = 'pipeline_accounting'`,
    );
    if ((view?.found ?? 0) === 0) return null;
    return this.query<StageTotals>(
      `SELECT stage, any(unit) AS unit, sum(in_count) AS \`in\`, sum(out_count) AS out, sum(accounting.failed) AS failed,
              sum(accounting.dropped) AS dropped, sum(accounting.unaccounted) AS unaccounted, sum(accounting.missing) AS missing,
              sum(abs(accounting.unaccounted)) AS openByMinute, ifNull(sum(abs(accounting.missing)), 0) AS missingByMinute
       FROM pipeline_accounting AS accounting WHERE app_id = {app:String} GROUP BY stage`,
    );
  }

  /** Alerts about the app, or about all, of so many last milliseconds by the clock of ClickHouse: ours may be another. */
  alerts(last: number): Promise<readonly AlertSeen[]> {
    return this.query<AlertSeen>(
      `SELECT \`check\`, app_id AS appId, state, toUnixTimestamp64Milli(collector_tstamp) AS at, summary
       FROM quality_alerts
       WHERE app_id IN ({app:String}, '*', '') AND load_tstamp >= now64(3) - toIntervalMillisecond({last:Int64})
       ORDER BY load_tstamp`,
      { last: Math.ceil(last) },
    );
  }

  private async observeFailed(seen: SeenRows, pages: number): Promise<void> {
    for (let page = 0; page < pages; page += 1) {
      const rows = await this.query<FailedRow>(
        `SELECT toString(failed_id) AS failedId, count() AS copies, any(event_id) AS eventId, any(parameters['page']) AS title,
              any(useragent) AS userAgent, any(failed_events_stored.stage) AS stage, any(failures[1].type) AS type,
              any(failures[1].field) AS field, any(failures[1].keyword) AS keyword, any(${digestSql(failedColumns)}) AS digest
       FROM failed_events_stored WHERE app_id = {app:String} AND cityHash64(failed_id) % {pages:UInt32} = {page:UInt32} GROUP BY failed_id`,
        { pages, page },
      );
      for (const row of rows) seen.failed(row);
    }
  }

  /** The view that people read must show each stored event once. */
  private async observeView(seen: SeenRows): Promise<void> {
    const doubles = await this.query<{ id: string; rows: number }>(
      `SELECT toString(event_id) AS id, count() AS rows FROM events WHERE app_id = {app:String}
       GROUP BY event_id HAVING rows > 1 LIMIT 10`,
    );
    for (const { id, rows } of doubles)
      seen.viewDoubles.add(() => `the view events shows event ${id} ${String(rows)} times`);
    const [counts] = await this.query<{ stored: number; shown: number }>(
      `SELECT (SELECT uniqExact(event_id) FROM events_stored WHERE app_id = {app:String}) AS stored,
              (SELECT uniqExact(event_id) FROM events WHERE app_id = {app:String}) AS shown`,
    );
    const gap = (counts?.stored ?? 0) - (counts?.shown ?? 0);
    if (gap > 0)
      seen.viewGaps.add(
        () => `${String(gap)} events are in events_stored, and the view events does not show them`,
        gap,
      );
  }

  /** Which columns of a corrupt row are not what they must be. */
  private async explain({ id, duplicateOf, title }: EventRow, seen: SeenRows, facts: Facts): Promise<void> {
    const resolved = resolve(facts, id, duplicateOf, title);
    if (resolved === null) return;
    const expected = expectedParts(facts.plan, resolved.content, eventColumns);
    const rows = await this.query<Readonly<Record<string, string>>>(
      `SELECT ${eventColumns.map(({ sql }, index) => `${sql} AS c${String(index)}`).join(', ')}
       FROM events_stored WHERE app_id = {app:String} AND event_id = {id:UUID} LIMIT 1`,
      { id },
    );
    for (const row of rows)
      for (const [index, { name }] of eventColumns.entries())
        if (row[`c${String(index)}`] !== expected[index])
          seen.corrupt.examples.push(
            `event ${id}, column ${name}: found ${short(row[`c${String(index)}`] ?? '')}, sent ${short(expected[index] ?? '')}`,
          );
  }

  private query<T>(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<readonly T[]> {
    return this.clickhouse.query<T>(sql, { app: this.app, ...params });
  }
}

const pagesOf = (rows: number): number => Math.max(1, Math.ceil(rows / PAGE_ROWS));

const short = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 119)}…` : text);
