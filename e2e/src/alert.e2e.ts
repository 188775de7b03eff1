import type { ClickHouseClient } from '@clickhouse/client';
import { eventually, Headwater, type Row } from './harness';
import { sendSteadily } from './load';

const USUAL_A_MINUTE = 600;

/** Four weeks of minutes, up to now, in which two apps each had about 600 events a minute. */
async function seedHistory(clickhouse: ClickHouseClient): Promise<void> {
  await clickhouse.command({
    query: `INSERT INTO stage_counts_stored (counts_id, app_id, collector_tstamp, stage, series, unit, source, in_count, out_count)
      SELECT generateUUIDv4(), app, toStartOfMinute(now('UTC')) - toIntervalMinute(number + 1), 'enricher', 'total', 'event', 'seed', events, events
      FROM (SELECT number, arrayJoin(['falling', 'steady']) AS app, ${String(USUAL_A_MINUTE)} - 24 + rand(number) % 49 AS events FROM numbers(28 * 24 * 60))`,
    clickhouse_settings: { wait_end_of_query: 1 },
  });
}

describe('a drop in volume', () => {
  let headwater: Headwater;

  beforeAll(async () => {
    headwater = await Headwater.start(
      {
        env: {
          'quality-monitor': {
            QUALITY__LATENESS_SECONDS: '5',
            QUALITY__TICK_SECONDS: '1',
            QUALITY__SETTLE_SECONDS: '1',
            QUALITY__HISTORY__MARGIN_MINUTES: '1',
          },
        },
      },
      seedHistory,
    );
  });

  afterAll(async () => {
    await headwater.stop();
  });

  it('raises an alert for the app that fell, and none for the one that did not', async () => {
    const steady = sendSteadily(headwater.collectorUrl, 'steady', USUAL_A_MINUTE / 60);
    const falling = sendSteadily(headwater.collectorUrl, 'falling', USUAL_A_MINUTE / 600);
    try {
      const alerts = (): Promise<Row[]> =>
        headwater.query<Row>("SELECT * FROM quality_alerts WHERE check IN ('volume', 'freshness')");
      const raised = await eventually(
        alerts,
        (rows) => rows.some((row) => row['app_id'] === 'falling'),
        240_000,
      );
      const alert = raised.find((row) => row['app_id'] === 'falling');
      expect(alert).toMatchObject({ state: 'firing', stage: 'enricher' });
      expect(String(alert?.['summary'])).toContain('falling');
      expect(Number(alert?.['observed'])).toBeLessThan(Number(alert?.['expected_low']));
      expect(raised.filter((row) => row['app_id'] === 'steady')).toEqual([]);

      const metrics = await (
        await fetch(`${headwater.pipeline.service('quality-monitor').url}/metrics`)
      ).text();
      expect(metrics).toMatch(/headwater_quality_alerts\{[^}]*\} 1/);
    } finally {
      await Promise.all([steady.stop(), falling.stop()]);
    }
  }, 300_000);
});
