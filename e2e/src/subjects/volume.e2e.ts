import type { ClickHouseClient } from '@clickhouse/client';
import { eventually, type Headwater, type Row } from '../harness';
import { sendSteadily } from '../load';

const USUAL_A_MINUTE = 600;
/** The installation was off for so long before it starts: whoever asks about the last hour finds nothing of the history. */
const PAUSE_MINUTES = 75;

/** Settings under which an alert follows its minute within seconds. */
export const hastyQualityMonitor = {
  QUALITY__LATENESS_SECONDS: '5',
  QUALITY__TICK_SECONDS: '1',
  QUALITY__SETTLE_SECONDS: '1',
} as const;

/** Weeks of minutes in which two apps each had about 600 events a minute; as many as the monitor wants to trust what it learned. */
export async function seedHistory(clickhouse: ClickHouseClient): Promise<void> {
  await clickhouse.command({
    query: `INSERT INTO stage_counts_stored (counts_id, app_id, collector_tstamp, stage, series, unit, source, in_count, out_count)
      SELECT generateUUIDv4(), app, toStartOfMinute(now('UTC')) - toIntervalMinute(number + ${String(PAUSE_MINUTES)}), 'enricher', 'total', 'event', 'seed', events, events
      FROM (SELECT number, arrayJoin(['falling', 'steady']) AS app, ${String(USUAL_A_MINUTE)} - 24 + rand(number) % 49 AS events FROM numbers(16 * 24 * 60))`,
    clickhouse_settings: { wait_end_of_query: 1 },
  });
}

/**
 * One app sends as it always did, one a tenth of that. The monitor judges whole minutes, and not the first ones after a
 * pause: it has until all other tests are through.
 *
 * @param installation one that started on {@link seedHistory}, with {@link hastyQualityMonitor}
 * @param meanwhile what is tested during that time; may neither stop the collector nor the enricher
 */
export const volume = (installation: () => Headwater, meanwhile: () => void): void => {
  describe('while the volume of an app drops', () => {
    let senders: readonly ReturnType<typeof sendSteadily>[] = [];

    beforeAll(() => {
      const { collectorUrl } = installation();
      senders = [
        sendSteadily(collectorUrl, 'steady', USUAL_A_MINUTE / 60),
        sendSteadily(collectorUrl, 'falling', USUAL_A_MINUTE / 600),
      ];
    });

    afterAll(async () => {
      await Promise.all(senders.map((sender) => sender.stop()));
    });

    meanwhile();

    it('raises an alert for the app that fell, and none for the one that did not', async () => {
      const headwater = installation();
      const raised = await eventually(
        () => headwater.query<Row>("SELECT * FROM quality_alerts WHERE check IN ('volume', 'freshness')"),
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
    }, 300_000);
  });
};
