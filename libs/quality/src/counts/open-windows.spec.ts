import fc from 'fast-check';
import { aSummary } from '../testing/pipeline';
import { MONDAY } from '../testing/traffic';
import { MINUTE } from '../time';
import { OpenWindows } from './open-windows';

const shop = { appId: 'shop', series: 'total' };
const at = (minute: number): number => MONDAY + minute * MINUTE;
const summary = (minute: number, count = 1) =>
  aSummary({
    collector_tstamp: at(minute),
    in_count: count,
    out_count: count,
    failed: { size_violation: 1 },
    max_delay_ms: count,
  });

describe('OpenWindows', () => {
  it('closes a window once the stage has passed it and stragglers had their time', () => {
    const windows = new OpenWindows(MINUTE, 30_000, 100);
    windows.add(summary(0), 'enricher', shop);
    const close = (mark: number, now: number) => windows.close(() => mark, now).map((window) => window.at);
    expect(close(at(0), at(9))).toEqual([]);
    expect(close(at(1), at(1) + 29_000)).toEqual([]);
    expect(close(at(1), at(1) + 30_000)).toEqual([at(0)]);
    expect(close(at(1), at(9))).toEqual([]);
    expect(windows.add(summary(0), 'enricher', shop)).toBe(false);
  });

  it('closes the windows between, and says of which nobody reported anything', () => {
    const windows = new OpenWindows(MINUTE, 0, 100);
    windows.add(summary(0), 'enricher', shop);
    windows.add(aSummary({ collector_tstamp: at(1), stage: 'collector' }), 'collector', {
      appId: '*',
      series: 'total',
    });
    windows.add(summary(3), 'enricher', shop);
    const closed = windows.close(() => at(4), at(4));
    expect(closed.filter(({ stage }) => stage === 'enricher').map(({ observed }) => observed)).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it('adds up the same whatever the order and the cut', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), fc.nat(50)), { minLength: 1 }), fc.nat(), (pieces, turn) => {
        const sums = (order: readonly (readonly [number, number])[]) => {
          const windows = new OpenWindows(MINUTE, 0, 100);
          for (const [minute, count] of order) windows.add(summary(minute, count), 'enricher', shop);
          return windows
            .close(() => at(9), at(9))
            .flatMap((window) => [...window.tallies.values()].map((tally) => ({ at: window.at, ...tally })));
        };
        const cut = turn % pieces.length;
        expect(sums([...pieces.slice(cut), ...pieces.slice(0, cut)])).toEqual(sums(pieces));
      }),
    );
  });

  it('closes the oldest windows early when too much is open', () => {
    const windows = new OpenWindows(MINUTE, 0, 5);
    for (let minute = 0; minute < 9; minute += 1) windows.add(summary(minute), 'enricher', shop);
    expect(windows.close(() => Number.NEGATIVE_INFINITY, at(99)).map((window) => window.at)).toEqual([at(0)]);
    expect(windows.size).toBe(8);
  });

  it('accepts nothing from before its start', () => {
    const windows = new OpenWindows(MINUTE, 0, 5);
    windows.startAt(at(3));
    expect(windows.add(summary(2), 'enricher', shop)).toBe(false);
    expect(windows.add(summary(3), 'enricher', shop)).toBe(true);
  });
});
