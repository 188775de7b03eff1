import type { ClickHouse } from './clickhouse';
import { aMigratedDatabase, drop } from './testing/a-database';

const MINUTE = '2026-03-02 10:00:00.000';

/** A summary of one stage; `out` is what remains unless it is given. */
interface Counted {
  readonly stage: string;
  readonly app?: string;
  readonly at?: string;
  readonly series?: string;
  readonly unit?: string;
  readonly taken?: number;
  readonly out?: number;
  readonly failed?: number;
  readonly dropped?: number;
  readonly payloads?: number;
}

/** In, out, failed, dropped, handed on. */
type Figures = readonly [number, number, number, number, number | null];

interface Row {
  readonly app_id: string;
  readonly stage: string;
  readonly unit: string;
  readonly in_count: number;
  readonly out_count: number;
  readonly failed: number;
  readonly dropped: number;
  readonly unaccounted: number;
  readonly handed_on: number | null;
  readonly missing: number | null;
}

describe('pipeline_accounting', () => {
  let clickhouse: ClickHouse;
  let ids = 0;
  beforeEach(async () => {
    clickhouse = await aMigratedDatabase();
  });
  afterEach(() => drop(clickhouse));

  async function count(...counted: readonly Counted[]): Promise<void> {
    const rows = counted.map((each) => {
      const { stage, app = 'shop', at = MINUTE, series = 'total', unit = 'event' } = each;
      const { taken = 0, failed = 0, dropped = 0, payloads } = each;
      const out = each.out ?? taken - failed - dropped;
      ids += 1;
      const id = `00000000-0000-5000-8000-${String(ids).padStart(12, '0')}`;
      return `('${id}', '${app}', '${at}', '${stage}', '${series}', '${unit}', 'x/0/${String(ids)}', ${String(taken)}, ${String(out)}, map('schema_violation', ${String(failed)}), map('duplicate', ${String(dropped)}, 'bot', 0), ${String(payloads ?? 'NULL')})`;
    });
    await clickhouse.command(
      `INSERT INTO stage_counts_stored (counts_id, app_id, collector_tstamp, stage, series, unit, source, in_count, out_count, failed, dropped, payloads_in) VALUES ${rows.join(', ')}`,
    );
  }

  const accounts = (where = '1'): Promise<readonly Row[]> =>
    clickhouse.query<Row>(
      `SELECT app_id, stage, unit, toInt32(in_count) AS in_count, toInt32(out_count) AS out_count, toInt32(failed) AS failed, toInt32(dropped) AS dropped,
              toInt32(unaccounted) AS unaccounted, toInt32(handed_on) AS handed_on, toInt32(missing) AS missing
       FROM pipeline_accounting WHERE ${where}
       ORDER BY app_id, indexOf(['collector', 'enricher', 'validator', 'loader'], stage), unit`,
    );

  it('closes where every stage took in what it was handed, and adds up the pieces of a minute', async () => {
    await count(
      { stage: 'collector', app: '*', unit: 'payload', taken: 12, failed: 2 },
      { stage: 'enricher', app: '*', series: 'payloads', payloads: 4 },
      { stage: 'enricher', app: '*', series: 'payloads', payloads: 6 },
      { stage: 'enricher', taken: 30, dropped: 3 },
      { stage: 'enricher', taken: 10, failed: 1 },
      { stage: 'validator', taken: 36, failed: 4, dropped: 2 },
      { stage: 'loader', taken: 30 },
      // Series of event names repeat what the total holds.
      { stage: 'loader', taken: 30, series: 'event_name=page_view' },
    );
    const row = (app_id: string, stage: string, unit: string, figures: Figures): Row => {
      const [in_count, out_count, failed, dropped, handed_on] = figures;
      return {
        ...{ app_id, stage, unit, in_count, out_count, failed, dropped, unaccounted: 0, handed_on },
        missing: handed_on === null ? null : 0,
      };
    };
    expect(await accounts()).toEqual([
      row('*', 'collector', 'payload', [12, 10, 2, 0, null]),
      row('*', 'enricher', 'payload', [10, 10, 0, 0, 10]),
      row('shop', 'enricher', 'event', [40, 36, 1, 3, null]),
      row('shop', 'validator', 'event', [36, 30, 4, 2, 36]),
      row('shop', 'loader', 'event', [30, 30, 0, 0, 30]),
    ]);
  });

  it('shows what a stage lost, and what never reached one, also when it reached it not at all', async () => {
    await count(
      { stage: 'enricher', taken: 20 },
      { stage: 'validator', taken: 18, out: 15 },
      { stage: 'enricher', app: 'blog', taken: 5 },
    );
    const figures = (await accounts()).map(({ app_id, stage, unaccounted, missing }) => [
      `${app_id} ${stage}`,
      unaccounted,
      missing,
    ]);
    expect(figures).toEqual([
      ['blog enricher', 0, null],
      ['blog validator', 0, 5],
      ['shop enricher', 0, null],
      ['shop validator', 3, 2],
      ['shop loader', 0, 15],
    ]);
  });

  it('counts a summary that was stored twice once', async () => {
    await count({ stage: 'enricher', taken: 20 });
    ids -= 1;
    await count({ stage: 'enricher', taken: 20 });
    expect((await accounts("stage = 'enricher'"))[0]).toMatchObject({ in_count: 20 });
  });

  it('reads only the months that are asked for', async () => {
    const months = ['01', '02', '03', '04', '05', '06'];
    for (const month of months)
      await count({ stage: 'enricher', taken: 1, at: `2026-${month}-10 00:00:00.000` });
    const where = "collector_tstamp >= '2026-04-01 00:00:00' AND collector_tstamp < '2026-05-01 00:00:00'";
    const read = (condition: string): Promise<readonly object[]> =>
      clickhouse.query(
        `SELECT stage FROM pipeline_accounting WHERE ${condition} SETTINGS max_rows_to_read = 1`,
      );
    expect(await read(where)).toHaveLength(2);
    await expect(read('1')).rejects.toThrow(/max_rows_to_read|[Ll]imit for rows/);
  });
});
