import { findingsOf } from '../testing/an-installation';
import { deduplication } from './deduplication';

const tableWith = (
  engine: string,
  settings: string,
): Promise<readonly { state: string; next: string | null }[]> =>
  findingsOf(deduplication, {
    rows: {
      'FROM system.tables': [{ name: 'events_stored', engine, settings: `${engine}() SETTINGS ${settings}` }],
    },
  });

describe('the check of deduplication', () => {
  it.each([
    ['ReplacingMergeTree', 'a = 1, non_replicated_deduplication_window = 10000', 'ok'],
    ['ReplacingMergeTree', 'non_replicated_deduplication_window = 3', 'warning'],
    ['ReplacingMergeTree', 'replicated_deduplication_window = 10000', 'problem'],
    [
      'ReplicatedReplacingMergeTree',
      'replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800',
      'ok',
    ],
    [
      'ReplicatedReplacingMergeTree',
      'replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 3600',
      'warning',
    ],
    ['ReplicatedReplacingMergeTree', 'index_granularity = 8192', 'problem'],
  ])('judges %s with %s', async (engine, settings, state) => {
    expect(await tableWith(engine, settings)).toEqual([expect.objectContaining({ state })]);
  });

  it('gives the statement that mends it', async () => {
    const [found] = await tableWith('ReplacingMergeTree', 'index_granularity = 8192');
    expect(found?.next).toBe(
      'ALTER TABLE events_stored MODIFY SETTING non_replicated_deduplication_window = 10000',
    );
  });

  it('is a problem without tables', async () => {
    expect(await findingsOf(deduplication, { rows: { 'FROM system.tables': [] } })).toEqual([
      expect.objectContaining({ state: 'problem', runbook: 'E_CLICKHOUSE_TABLES' }),
    ]);
  });
});
