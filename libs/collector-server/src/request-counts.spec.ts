import { RequestCounts } from './request-counts';

const MINUTE = 60_000;
const NOON = 1_700_000_040_000;

describe('RequestCounts', () => {
  it('counts by the minute of the request', () => {
    const counts = new RequestCounts('pod-1');
    counts.at(NOON).written(3);
    counts.at(NOON + MINUTE - 1).written(7);
    counts.at(NOON + MINUTE).failedAs('size_violation');
    counts.at(NOON).answered(200);
    counts.at(NOON).answered(200);
    counts.at(NOON).answered(503);
    expect(counts.take()).toMatchObject([
      {
        app_id: '*',
        collector_tstamp: NOON,
        stage: 'collector',
        series: 'total',
        unit: 'payload',
        in_count: 2,
        out_count: 2,
        failed: {},
        dropped: {},
        status_codes: { 200: 2, 503: 1 },
        max_delay_ms: 7,
      },
      { collector_tstamp: NOON + MINUTE, in_count: 1, out_count: 0, failed: { size_violation: 1 } },
    ]);
  });

  it('hands out each count once, also one that comes late for its minute', () => {
    const counts = new RequestCounts('pod-1');
    counts.at(NOON).written(1);
    const [first] = counts.take();
    expect(counts.take()).toEqual([]);
    counts.at(NOON + MINUTE).written(1);
    counts.at(NOON).written(1);
    const later = counts.take();
    expect(later.map(({ collector_tstamp, out_count }) => [collector_tstamp, out_count])).toEqual([
      [NOON + MINUTE, 1],
      [NOON, 1],
    ]);
    expect(new Set([first, ...later].map((summary) => summary?.counts_id)).size).toBe(3);
  });

  it('gives the summaries of two processes different ids', () => {
    const idOf = (instance: string): string | undefined => {
      const counts = new RequestCounts(instance);
      counts.at(NOON);
      return counts.take()[0]?.counts_id;
    };
    expect(idOf('pod-1')).toBe(idOf('pod-1'));
    expect(idOf('pod-1')).not.toBe(idOf('pod-2'));
  });
});
