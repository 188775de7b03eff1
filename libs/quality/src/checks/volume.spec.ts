import { aWindow, benchOf, deviationsOf, type Bench } from '../testing/check-bench';
import { MONDAY } from '../testing/traffic';
import { HOUR, MINUTE, WEEK } from '../time';
import type { Observation } from './check';
import { volume } from './volume';

const START = MONDAY + 2 * WEEK + 10 * HOUR;

/** Two Mondays from 9 to 11 at 100 a minute, 25 of them add_to_cart. */
function learned(): Bench {
  const bench = benchOf(volume, {}, WEEK);
  for (const week of [0, 1])
    for (let minute = 0; minute < 120; minute += 1)
      step(bench, MONDAY + week * WEEK + 9 * HOUR + minute * MINUTE);
  for (let at = START - HOUR; at < START; at += MINUTE) step(bench, at);
  return bench;
}

const wobble = (at: number): number => ((at / MINUTE) % 7) - 3;

function step(bench: Bench, at: number, view = 75, cart = 25): readonly Observation[] {
  const [a, b] = [Math.max(0, view + wobble(at)), cart];
  return bench.close(
    aWindow(
      'enricher',
      at,
      { in: a + b },
      { series: 'event_name=view', in: a },
      { series: 'event_name=cart', in: b },
    ),
  );
}

const run = (bench: Bench, minutes: number, view?: number, cart?: number): readonly Observation[] => {
  let last: readonly Observation[] = [];
  for (let minute = 0; minute < minutes; minute += 1) last = step(bench, START + minute * MINUTE, view, cart);
  return last;
};

describe('volume', () => {
  it('finds nothing unusual in the usual', () => {
    expect(deviationsOf(run(learned(), 30))).toEqual([]);
  });

  it.each([
    ['the app when all of its events fall alike', 30, 10, 'total'],
    ['the event when only it falls', 20, 25, 'event_name=view'],
    ['the event when only it rises', 75, 90, 'event_name=cart'],
  ])('lays it on %s', (_case, view, cart, series) => {
    const deviating = run(learned(), 10, view, cart).filter(({ verdict }) => verdict === 'deviates');
    expect(deviating.map(({ subject }) => subject.series)).toEqual([series]);
  });

  it('leaves silence to freshness', () => {
    expect(deviationsOf(run(learned(), 10, 75, 0)).filter((text) => text.includes('cart'))).toEqual([]);
  });

  it('tells it in words and figures', () => {
    const [observation] = run(learned(), 6, 20, 25).filter(({ verdict }) => verdict === 'deviates');
    const finding = observation!.describe();
    expect(finding.summary).toMatch(
      /^View from app shop fell to \d\d % of what is usual for Monday 10:05 UTC; expected \d\d–\d\d a minute, saw \d\d; began 10:00 UTC\.$/,
    );
    expect(finding).toMatchObject({ startedAt: START, severity: 'warning', unit: 'events a minute' });
    expect(finding.observed).toBeLessThan(finding.low!);
    expect(finding.explanation).toContain('Next:');
  });
});
