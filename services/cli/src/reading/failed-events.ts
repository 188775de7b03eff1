import type { ClickHouse } from '@headwater/clickhouse';
import { statusColumns, statusRowOf, type StatusRow } from './failed-event-row';
import { conditionOf, problemConditionOf, type Filter } from './filter';

/** Where a run has come to: the last failed event that was dealt with. */
export interface Cursor {
  /** Its collector time, milliseconds. */
  readonly tstamp: number;
  readonly failedId: string;
}

export interface Page {
  /** Only what comes after, in the order of collector time and id. */
  readonly after?: Cursor | null;
  /** Only what was loaded until then, milliseconds: what replays bring back is not part of the run that sent them. */
  readonly loadedUntil?: number;
  readonly limit: number;
  /** Latest first. */
  readonly newestFirst?: boolean;
}

/**
 * A page ends, after a whole number of blocks, once it has 32 MB: failed events can be large, and neither the database nor we need
 * hold thousands of large ones at once.
 */
const IN_BOUNDS =
  "SETTINGS max_block_size = 256, max_result_bytes = 33554432, result_overflow_mode = 'break'";

/** Failed events as ClickHouse has them, with what became of them. */
export class FailedEvents {
  constructor(private readonly clickhouse: ClickHouse) {}

  async count(filter: Filter): Promise<number> {
    const { sql, params } = conditionOf(filter);
    const [row] = await this.clickhouse.query<{ count: number }>(
      `SELECT count() AS count FROM failed_event_status WHERE ${sql}`,
      params,
    );
    return row?.count ?? 0;
  }

  /** The first of those that match, at most `limit` and fewer where they are large; none only where there are none. */
  async page(
    filter: Filter,
    { after, loadedUntil, limit, newestFirst = false }: Page,
  ): Promise<readonly StatusRow[]> {
    const { sql, params } = conditionOf(filter);
    const bounds = [
      ...(after
        ? [
            // The first leaves out older partitions, the second says exactly where.
            'collector_tstamp >= fromUnixTimestamp64Milli({afterTstamp:Int64})',
            '(toUnixTimestamp64Milli(collector_tstamp), toString(failed_id)) > ({afterTstamp:Int64}, {afterId:String})',
          ]
        : []),
      ...(loadedUntil === undefined ? [] : ['load_tstamp <= fromUnixTimestamp64Milli({loadedUntil:Int64})']),
    ];
    const direction = newestFirst ? 'DESC' : 'ASC';
    const rows = await this.clickhouse.query<Readonly<Record<string, unknown>>>(
      `SELECT ${statusColumns} FROM failed_event_status WHERE ${[sql, ...bounds].join(' AND ')}
       ORDER BY collector_tstamp ${direction}, toString(failed_id) ${direction} LIMIT {limit:UInt32} ${IN_BOUNDS}`,
      {
        ...params,
        limit,
        ...(after ? { afterTstamp: after.tstamp, afterId: after.failedId } : {}),
        ...(loadedUntil === undefined ? {} : { loadedUntil }),
      },
    );
    return rows.map(statusRowOf);
  }

  /** All of them, oldest first, a page at a time. */
  async *all(
    filter: Filter,
    { limit, pageSize = 5_000 }: { readonly limit: number; readonly pageSize?: number },
  ): AsyncIterable<StatusRow> {
    let after: Cursor | null = null;
    for (let left = limit; left > 0;) {
      const rows: readonly StatusRow[] = await this.page(filter, { after, limit: Math.min(left, pageSize) });
      yield* rows;
      const last = rows.at(-1);
      if (!last) return;
      after = cursorOf(last);
      left -= rows.length;
    }
  }

  /** One failed event; null where there is none. */
  async find(failedId: string): Promise<StatusRow | null> {
    return (await this.page({ id: failedId }, { limit: 1 }))[0] ?? null;
  }

  async problems(filter: Filter, limit: number): Promise<readonly Problem[]> {
    const { sql, params } = problemConditionOf(filter);
    return this.clickhouse.query<Problem>(
      `SELECT problem_id, app_id, failure_type, source, keyword, field, path, schema, events, unresolved, replayable_events, event_names,
              toUnixTimestamp64Milli(first_seen) AS first_seen, toUnixTimestamp64Milli(last_seen) AS last_seen,
              toString(example_failed_id) AS example_failed_id, example_message
       FROM failed_event_problems WHERE ${sql} ORDER BY unresolved DESC, events DESC, last_seen DESC LIMIT {limit:UInt32}`,
      { ...params, limit },
    );
  }

  /** Time of the database, milliseconds: by it failed events were loaded. */
  async now(): Promise<number> {
    const [row] = await this.clickhouse.query<{ now: number }>(
      "SELECT toUnixTimestamp64Milli(now64(3, 'UTC')) AS now",
    );
    return row?.now ?? 0;
  }
}

export const cursorOf = ({ event }: StatusRow): Cursor => ({
  tstamp: event.collector_tstamp,
  failedId: event.failed_id,
});

/** A row of `failed_event_problems`; times in milliseconds. */
export interface Problem {
  readonly problem_id: string;
  readonly app_id: string;
  readonly failure_type: string;
  readonly source: string;
  readonly keyword: string;
  readonly field: string;
  readonly path: string;
  readonly schema: string;
  readonly events: number;
  readonly unresolved: number;
  readonly replayable_events: number;
  readonly event_names: readonly string[];
  readonly first_seen: number;
  readonly last_seen: number;
  readonly example_failed_id: string;
  readonly example_message: string;
}
