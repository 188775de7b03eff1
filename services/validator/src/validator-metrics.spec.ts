import { Registry } from 'prom-client';
import { validatorMetrics } from './validator-metrics';

describe('the metrics of the validator', () => {
  it('count repeats and look-ups, and show the windows as they are', async () => {
    const registry = new Registry();
    let sizes = [
      { partition: 0, events: 10, spanMs: 1_500 },
      { partition: 3, events: 20, spanMs: 2_000 },
    ];
    let forgotten = 5;
    const metrics = validatorMetrics(registry, { sizes: () => sizes, forgotten: () => forgotten }, () => 7);
    metrics.onRepeat('duplicate');
    metrics.onRepeat('duplicate');
    metrics.onRepeat('conflict');
    metrics.onLookUp('stale');

    const text = await registry.metrics();
    for (const line of [
      'headwater_validator_duplicates_total 2',
      'headwater_validator_id_conflicts_total 1',
      'headwater_schema_lookups_total{result="stale"} 1',
      'headwater_duplicate_window_forgotten_total 5',
      'headwater_duplicate_window_events{partition="3"} 20',
      'headwater_duplicate_window_seconds{partition="0"} 1.5',
      'headwater_schemas_in_memory 7',
    ])
      expect(text).toContain(line);

    sizes = sizes.slice(1);
    forgotten = 8;
    const later = await registry.metrics();
    expect(later).toContain('headwater_duplicate_window_forgotten_total 8');
    expect(later).not.toContain('headwater_duplicate_window_events{partition="0"}');
  });
});
