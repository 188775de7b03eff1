import { aWindow, benchOf, deviationsOf } from '../testing/check-bench';
import { MONDAY } from '../testing/traffic';
import { HOUR, MINUTE, WEEK } from '../time';
import { monitorInput } from './monitor-input';

const NOW = MONDAY + WEEK + 10 * HOUR;

/** A week ago, and until now, `rate` events a minute. */
function learned(rate: number) {
  const bench = benchOf(monitorInput, {}, WEEK / 2);
  for (const week of [0, 1])
    for (
      let at = MONDAY + week * WEEK + 9 * HOUR;
      at < MONDAY + week * WEEK + 12 * HOUR && at < NOW;
      at += MINUTE
    )
      bench.close(aWindow('enricher', at, { in: rate }));
  return bench.watcher;
}
const silentFor = (minutes: number) => ({
  lastArrival: NOW,
  lag: 0,
  readUpTo: 0,
  everSeen: true,
  now: NOW + minutes * MINUTE,
});

describe('monitor_input', () => {
  it.each([
    ['busy traffic, silent for two minutes', 100, 2, false],
    ['busy traffic, silent for four minutes', 100, 4, true],
    ['an event a minute, silent for five minutes', 1, 5, false],
    ['an event a minute, silent for an hour', 1, 60, true],
  ])('judges %s by what was to be expected', (_case, rate, minutes, blind) => {
    const { now, ...input } = silentFor(minutes);
    const found = deviationsOf(learned(rate).onTick!(now, input));
    expect(found).toEqual(blind ? ['deviates silence */total'] : []);
  });

  it('waits longer where nothing is learned, and for ever where nothing was ever seen', () => {
    const { watcher } = benchOf(monitorInput);
    const { now, ...input } = silentFor(59);
    expect(deviationsOf(watcher.onTick!(now, input))).toEqual([]);
    expect(deviationsOf(watcher.onTick!(now + 2 * MINUTE, input))).toEqual(['deviates silence */total']);
    expect(deviationsOf(watcher.onTick!(now + 2 * MINUTE, { ...input, everSeen: false }))).toEqual([]);
  });

  it('knows the pauses that there have been', () => {
    const { watcher } = benchOf(monitorInput);
    const tick = (at: number, lastArrival: number) =>
      deviationsOf(watcher.onTick!(at, { lastArrival, lag: 0, readUpTo: 0, everSeen: true }));
    tick(NOW, NOW);
    tick(NOW + HOUR, NOW + HOUR);
    expect(tick(NOW + 2.5 * HOUR, NOW + HOUR)).toEqual([]);
    expect(tick(NOW + 3 * HOUR, NOW + HOUR)).toEqual(['deviates silence */total']);
  });

  it('tells when it reads too slowly', () => {
    const { watcher } = benchOf(monitorInput);
    const lag = (records: number, minutes: number) =>
      watcher.onTick!(NOW, {
        lastArrival: NOW,
        lag: records,
        readUpTo: NOW - minutes * MINUTE,
        everSeen: true,
      });
    expect(deviationsOf(lag(10, 3))).toEqual([]);
    expect(deviationsOf(lag(0, 30))).toEqual([]);
    const found = lag(1200, 14).find(({ verdict }) => verdict === 'deviates')!;
    expect(found.describe().summary).toBe(
      'The monitor is 14 minutes behind in reading stage-counts, 1,200 records: deviations are noticed that much later.',
    );
  });
});
