import type { MonitorStatus, Units } from '@headwater/quality';
import { Registry } from 'prom-client';
import { QualityMetrics } from './quality-metrics';

const incident = (appId: string) => ({
  key: appId,
  check: 'volume',
  appId,
  state: 'firing' as const,
  severity: 'warning' as const,
});
const status = (apps: readonly string[]): MonitorStatus => ({
  incidents: apps.map(incident),
  series: 7,
  learning: 2,
  openTallies: 3,
  threshold: 16.5,
  watermarks: { enricher: 1_700_000_000_000 },
  imbalance: apps.map((appId) => ({ stage: 'validator', appId, units: 12 })),
});

describe('QualityMetrics', () => {
  it('shows incidents, and takes those back that are over', async () => {
    const registry = new Registry();
    const metrics = new QualityMetrics(registry);
    metrics.show(status(['shop', 'shop', 'blog']), 1);
    const text = await registry.metrics();
    expect(text).toContain(
      'headwater_quality_alerts{check="volume",severity="warning",state="firing",app_id="shop"} 2',
    );
    expect(text).toContain('headwater_quality_series 7');
    expect(text).toContain('headwater_quality_watermark_seconds{stage="enricher"} 1700000000');
    metrics.show(status([]), 0);
    expect(await registry.metrics()).not.toContain('app_id="shop"');
  });

  it('keeps the number of labels bounded', async () => {
    const registry = new Registry();
    new QualityMetrics(registry).show(
      status(Array.from({ length: 500 }, (_, app) => `app-${String(app)}`)),
      0,
    );
    const lines = (await registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('headwater_quality_alerts{'));
    expect(lines).toHaveLength(51);
    expect(lines.find((line) => line.includes('app_id="other"'))).toMatch(/ 450$/);
  });
});

describe('what is not accounted for', () => {
  const UNACCOUNTED = 'headwater_quality_unaccounted';

  it('is shown by stage and app, and taken back once it is; every stage is there always', async () => {
    const registry = new Registry();
    const metrics = new QualityMetrics(registry);
    metrics.show(status(['shop', 'blog']), 0);
    expect(await linesOf(registry, UNACCOUNTED)).toEqual([
      `${UNACCOUNTED}{stage="collector",app_id="*"} 0`,
      `${UNACCOUNTED}{stage="enricher",app_id="*"} 0`,
      `${UNACCOUNTED}{stage="loader",app_id="*"} 0`,
      `${UNACCOUNTED}{stage="validator",app_id="*"} 0`,
      `${UNACCOUNTED}{stage="validator",app_id="blog"} 12`,
      `${UNACCOUNTED}{stage="validator",app_id="shop"} 12`,
    ]);
    metrics.show(status([]), 0);
    expect(await linesOf(registry, UNACCOUNTED)).toHaveLength(4);
  });

  it('has a bounded number of labels, and loses no unit by it', async () => {
    const registry = new Registry();
    new QualityMetrics(registry).show(
      status(Array.from({ length: 500 }, (_, app) => `app-${String(app)}`)),
      0,
    );
    const lines = await linesOf(registry, UNACCOUNTED);
    expect(lines).toHaveLength(4 + 51);
    expect(lines).toContain(`${UNACCOUNTED}{stage="validator",app_id="other"} ${String(450 * 12)}`);
  });
});

describe('what stages account for', () => {
  const UNITS = 'headwater_quality_units_total';
  const units = (appId: string, stage: Units['stage'] = 'validator'): Units => ({
    stage,
    appId,
    in: 10,
    out: 6,
    failed: 3,
    dropped: 1,
  });

  it('is counted by stage, app and outcome, also what is zero', async () => {
    const registry = new Registry();
    const metrics = new QualityMetrics(registry);
    metrics.account(units('shop'));
    metrics.account(units('shop'));
    metrics.account({ ...units('*', 'collector'), failed: 0, dropped: -4, out: 10 });
    const [all, shop] = ['stage="collector",app_id="*"', 'stage="validator",app_id="shop"'];
    expect(await linesOf(registry, UNITS)).toEqual([
      `${UNITS}{${all},outcome="dropped"} 0`,
      `${UNITS}{${all},outcome="failed"} 0`,
      `${UNITS}{${all},outcome="in"} 10`,
      `${UNITS}{${all},outcome="out"} 10`,
      `${UNITS}{${shop},outcome="dropped"} 2`,
      `${UNITS}{${shop},outcome="failed"} 6`,
      `${UNITS}{${shop},outcome="in"} 20`,
      `${UNITS}{${shop},outcome="out"} 12`,
    ]);
  });

  it('keeps the labels of the first apps, and counts the rest together', async () => {
    const registry = new Registry();
    const metrics = new QualityMetrics(registry);
    for (let app = 0; app < 500; app += 1) metrics.account(units(`app-${String(app)}`));
    metrics.account(units('*', 'collector'));
    metrics.account(units('app-0'));
    const lines = (await linesOf(registry, UNITS)).filter((line) => line.includes('outcome="in"'));
    expect(lines).toHaveLength(52);
    for (const [stage, app, count] of [
      ['collector', '*', 10],
      ['validator', 'app-0', 20],
      ['validator', 'app-49', 10],
      ['validator', 'other', 4500],
    ])
      expect(lines).toContain(
        `${UNITS}{stage="${String(stage)}",app_id="${String(app)}",outcome="in"} ${String(count)}`,
      );
  });
});

/** The lines of one metric, sorted. */
async function linesOf(registry: Registry, metric: string): Promise<readonly string[]> {
  const text = await registry.getSingleMetricAsString(metric);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`))
    .sort();
}
