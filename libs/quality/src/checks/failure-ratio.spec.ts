import { aWindow, benchOf, deviationsOf, type Bench } from '../testing/check-bench';
import { binomial, seeded } from '../testing/random';
import { MONDAY } from '../testing/traffic';
import { MINUTE } from '../time';
import type { Observation } from './check';
import { failureRatio } from './failure-ratio';

type Ratios = Readonly<Record<'view' | 'cart', number>>;
const usual: Ratios = { view: 0.01, cart: 0.01 };

/** 180 views and 20 carts a minute. */
function* run(bench: Bench, from: number, minutes: number, ratios: Ratios): Iterable<readonly Observation[]> {
  const random = seeded(from + 1);
  for (let minute = from; minute < from + minutes; minute += 1) {
    const failed = { view: binomial(180, ratios.view, random), cart: binomial(20, ratios.cart, random) };
    const by = (count: number): Record<string, number> => (count > 0 ? { schema_violation: count } : {});
    const all = failed.view + failed.cart;
    yield bench.close(
      aWindow(
        'validator',
        MONDAY + minute * MINUTE,
        { in: 200, failed: all, failedBy: by(all) },
        { series: 'event_name=view', in: 180, failed: failed.view, failedBy: by(failed.view) },
        { series: 'event_name=cart', in: 20, failed: failed.cart, failedBy: by(failed.cart) },
      ),
    );
  }
}

const firstDeviation = (observations: Iterable<readonly Observation[]>): [number, Observation] | null => {
  let minute = 0;
  for (const all of observations) {
    minute += 1;
    const found = all.find(({ verdict }) => verdict === 'deviates');
    if (found) return [minute, found];
  }
  return null;
};

describe('failure_ratio', () => {
  it('finds nothing in two days of the usual', () => {
    expect(firstDeviation(run(benchOf(failureRatio), 0, 2 * 1440, usual))).toBeNull();
  });

  it.each([
    [0.03, 45],
    [0.1, 5],
    [0.9, 1],
  ])('finds a rise from 1 %% to %d of everything within %i minutes', (ratio, limit) => {
    const bench = benchOf(failureRatio);
    expect(firstDeviation(run(bench, 0, 300, usual))).toBeNull();
    expect(firstDeviation(run(bench, 300, 300, { view: ratio, cart: ratio }))?.[0]).toBeLessThanOrEqual(
      limit,
    );
  });

  it('lays it on the one event that fails, in words', () => {
    const bench = benchOf(failureRatio);
    expect(firstDeviation(run(bench, 0, 300, usual))).toBeNull();
    const all = [...run(bench, 300, 15, { ...usual, cart: 0.9 })].at(-1)!;
    expect(deviationsOf(all)).toEqual(['held failed shop/total', 'deviates failed shop/event_name=cart']);
    const finding = all.find(({ verdict }) => verdict === 'deviates')!.describe();
    expect(finding.summary).toMatch(
      /^\d\d % of the events of cart from app shop fail in the validator; usual are .* %, up to .* %; 100 % of them schema_violation; began 05:00 UTC\.$/,
    );
    expect(finding).toMatchObject({ startedAt: MONDAY + 300 * MINUTE, severity: 'warning' });
  });

  it('closes when the failures end', () => {
    const bench = benchOf(failureRatio);
    Array.from(run(bench, 0, 300, usual));
    Array.from(run(bench, 300, 20, { view: 0.3, cart: 0.3 }));
    expect(deviationsOf([...run(bench, 320, 10, usual)].at(-1)!)).toEqual([]);
  });

  it('keeps still about a new app that fails a little, and not about one that fails as a whole', () => {
    expect(firstDeviation(run(benchOf(failureRatio), 0, 60, { view: 0.08, cart: 0.08 }))).toBeNull();
    expect(firstDeviation(run(benchOf(failureRatio), 0, 60, { view: 1, cart: 1 }))?.[0]).toBeLessThanOrEqual(
      2,
    );
  });

  it('does not take a few events for a flood', () => {
    const bench = benchOf(failureRatio);
    const tally = { in: 3, failed: 3, failedBy: { schema_violation: 3 } };
    expect(deviationsOf(bench.close(aWindow('validator', MONDAY, tally)))).toEqual([]);
  });

  it('keeps still about bots that try out paths, and finds the failures among them', () => {
    const bench = benchOf(failureRatio);
    const close = (minute: number, scans: number, failed: number): readonly Observation[] =>
      bench.close(
        aWindow('enricher', MONDAY + minute * MINUTE, {
          in: 200 + scans,
          failed: scans + failed,
          failedBy: { path_scan: scans, schema_violation: failed },
        }),
      );
    for (let minute = 0; minute < 60; minute += 1) expect(deviationsOf(close(minute, 0, 2))).toEqual([]);
    for (let minute = 60; minute < 90; minute += 1) expect(deviationsOf(close(minute, 5_000, 2))).toEqual([]);
    const found = Array.from({ length: 10 }, (_none, index) => close(90 + index, 5_000, 120)).flat();
    const deviation = found.find(({ verdict }) => verdict === 'deviates');
    expect(deviation?.describe().summary).toMatch(/^60 % of the events .*; 100 % of them schema_violation;/);
  });
});
