import { ClickHouse, clickhouseConfig, migrate } from '@headwater/clickhouse';
import { ClickHouseHistory } from './history';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 1, 2, 10);
const sqlTime = (time: number): string => `fromUnixTimestamp64Milli(${String(time)})`;

describe('ClickHouseHistory on the real tables', () => {
  const url = process.env['HEADWATER_TEST_CLICKHOUSE_URL'];
  const database = `quality_${String(process.pid)}_${String(Date.now())}`;
  const clickhouse = new ClickHouse(clickhouseConfig.parse({ url, database }));
  const history = new ClickHouseHistory(clickhouse);

  beforeAll(async () => {
    await migrate(clickhouse, { info: () => undefined });
  });

  afterAll(async () => {
    await clickhouse.command(`DROP DATABASE IF EXISTS \`${database}\``);
    await clickhouse.close();
  });

  it('has no history before there is any', async () => {
    expect(await history.span(NOW, 28)).toBeNull();
    expect(await history.counts(0, NOW)).toEqual([]);
    expect(await history.openAlerts(NOW)).toEqual([]);
  });

  it('adds up the pieces of a minute, each once however often it was stored', async () => {
    const row = (id: number, at: number, stage: string, counted: number): string =>
      `(toUUID('00000000-0000-5000-8000-00000000000${String(id)}'), 'shop', ${sqlTime(at)}, '${stage}', 'total', 'event', ` +
      `'x/0/0-1', ${String(counted)}, ${String(counted - 2)}, map('schema_violation', 2), map(), NULL, map(), 5, ${String(counted)})`;
    const columns =
      'counts_id, app_id, collector_tstamp, stage, series, unit, source, in_count, out_count, failed, dropped, payloads_in, status_codes, lag_records, max_delay_ms';
    for (let copy = 0; copy < 2; copy += 1)
      await clickhouse.command(
        `INSERT INTO stage_counts_stored (${columns}) VALUES ${[
          row(1, NOW - 5 * MINUTE, 'enricher', 10),
          row(2, NOW - 5 * MINUTE, 'enricher', 7),
          row(3, NOW - 4 * MINUTE, 'validator', 8),
        ].join(', ')}`,
      );
    expect(await history.span(NOW, 28)).toEqual({ from: NOW - 5 * MINUTE, to: NOW - 4 * MINUTE });
    const [enricher, validator, ...rest] = await history.counts(NOW - 5 * MINUTE, NOW);
    expect(enricher).toMatchObject({
      app_id: 'shop',
      collector_tstamp: NOW - 5 * MINUTE,
      stage: 'enricher',
      series: 'total',
      unit: 'event',
      in_count: 17,
      out_count: 13,
      failed: { schema_violation: 4 },
      dropped: {},
      max_delay_ms: 10,
    });
    expect(validator).toMatchObject({ stage: 'validator', in_count: 8 });
    expect(rest).toEqual([]);
    expect(await history.counts(NOW - 4 * MINUTE, NOW)).toHaveLength(1);
  });

  it('finds the alerts that were raised and not resolved', async () => {
    const row = (id: number, key: string, state: string, at: number): string =>
      `(toUUID('00000000-0000-5000-8000-0000000000${String(id)}'), 'shop', ${sqlTime(at)}, '${key}', 'volume', 'total', ` +
      `'enricher', '${state}', 'critical', ${sqlTime(NOW - 90 * MINUTE)}, 1.5, 'events a minute', 'It fell.')`;
    await clickhouse.command(
      `INSERT INTO quality_alerts_stored (alert_id, app_id, collector_tstamp, dedupe_key, check, series, stage, state, severity, started_at, observed, unit, summary) VALUES ${[
        row(11, 'volume|shop|enricher|total|count', 'firing', NOW - 80 * MINUTE),
        row(12, 'volume|shop|enricher|total|count', 'resolved', NOW - 70 * MINUTE),
        row(13, 'volume|shop|enricher|total|count', 'firing', NOW - 60 * MINUTE),
        row(14, 'volume|blog|enricher|total|count', 'firing', NOW - 50 * MINUTE),
        row(15, 'volume|blog|enricher|total|count', 'resolved', NOW - 50 * MINUTE),
      ].join(', ')}`,
    );
    const open = await history.openAlerts(NOW);
    expect(open).toHaveLength(1);
    expect(open[0]).toMatchObject({
      alert_id: '00000000-0000-5000-8000-000000000013',
      app_id: 'shop',
      dedupe_key: 'volume|shop|enricher|total|count',
      check: 'volume',
      stage: 'enricher',
      state: 'firing',
      severity: 'critical',
      collector_tstamp: NOW - 60 * MINUTE,
      started_at: NOW - 90 * MINUTE,
      observed: 1.5,
    });
  });
});
