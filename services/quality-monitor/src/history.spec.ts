import fc from 'fast-check';
import { ClickHouseHistory, nextPiece } from './history';

describe('nextPiece', () => {
  it('grows where there is little, shrinks where there is much, and stays within its bounds', () => {
    expect(nextPiece({ minutes: 60, rows: 0 }, 50_000)).toBe(240);
    expect(nextPiece({ minutes: 60, rows: 60_000 }, 50_000)).toBe(50);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1440 }), fc.nat(10_000_000), (minutes, rows) => {
        const next = nextPiece({ minutes, rows }, 50_000);
        expect(next).toBeGreaterThanOrEqual(1);
        expect(next).toBeLessThanOrEqual(Math.min(1440, 4 * minutes));
        if (next > 1 && rows > 0) expect((rows / minutes) * next).toBeLessThanOrEqual(50_000);
      }),
    );
  });
});

describe('ClickHouseHistory', () => {
  const answering = (rows: readonly object[]) =>
    new ClickHouseHistory({ query: <T>() => Promise.resolve(rows as readonly T[]) });

  it('has no span when there is nothing', async () => {
    expect(await answering([{ summaries: 0, earliest: 0, latest: 0 }]).span(1, 28)).toBeNull();
    expect(await answering([{ summaries: 3, earliest: 5, latest: 9 }]).span(1, 28)).toEqual({
      from: 5,
      to: 9,
    });
  });

  it('takes words that it does not know for none', async () => {
    const row = {
      at: 60_000,
      app_id: 'shop',
      stage: 'sorter',
      series: 'total',
      unit: 'event',
      in_count: 1,
      out_count: 1,
    };
    const [counts] = await answering([row]).counts(0, 1);
    expect(counts).toMatchObject({ stage: null, unit: 'event', collector_tstamp: 60_000, app_id: 'shop' });
  });
});
