import type { MonitorStatus } from '@headwater/quality';
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
  imbalance: { collector: 0, enricher: 0, validator: 24, loader: 0 },
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

it('shows by stage what is not accounted for', async () => {
  const registry = new Registry();
  new QualityMetrics(registry).show(status(['shop']), 0);
  const text = await registry.getSingleMetricAsString('headwater_quality_unaccounted');
  expect(text).toContain('headwater_quality_unaccounted{stage="validator"} 24');
  expect(text).toContain('headwater_quality_unaccounted{stage="loader"} 0');
});
