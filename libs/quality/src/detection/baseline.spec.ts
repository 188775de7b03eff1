import { MONDAY, minutesOf, shapeOf, trafficOf } from '../testing/traffic';
import { DAY, HALF_HOUR, HOUR, MINUTE, WEEK } from '../time';
import { Baseline } from './baseline';

function learned(weeks: number, count: (time: number) => number, windowMs = MINUTE): Baseline {
  const baseline = new Baseline(windowMs);
  for (let at = MONDAY; at < MONDAY + weeks * WEEK; at += windowMs) baseline.learn(at, count(at), 'no');
  return baseline;
}

describe('Baseline', () => {
  it('forecasts nothing for a part of the week that it has not seen', () => {
    const baseline = new Baseline(MINUTE);
    for (let at = MONDAY; at < MONDAY + HOUR; at += MINUTE) baseline.learn(at, 10, 'no');
    baseline.learn(MONDAY + HOUR, 10, 'no');
    expect(baseline.forecast(MONDAY + WEEK)?.mean).toBeCloseTo(10);
    expect(baseline.forecast(MONDAY + 3 * HOUR)).toBeNull();
  });

  it.each([10, 100, 1000])('learns the shape of the week within 8 %% at %i a minute', (rate) => {
    const baseline = learned(4, trafficOf({ rate, seed: 5 }));
    const errors: number[] = [];
    for (let at = MONDAY + 4 * WEEK; at < MONDAY + 5 * WEEK; at += 7 * MINUTE)
      errors.push(Math.abs((baseline.forecast(at)?.mean ?? 0) / (rate * shapeOf(at)) - 1));
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.08);
    expect(errors[Math.floor(errors.length * 0.95)]).toBeLessThan(0.2);
  });

  it('measures the white noise and the slow noise', () => {
    const baseline = learned(4, trafficOf({ rate: 500, seed: 2, phi: 0.01, slow: 0.03 }));
    expect(baseline.phi).toBeGreaterThan(0.008);
    expect(baseline.phi).toBeLessThan(0.014);
    expect(baseline.slow).toBeGreaterThan(0.01);
    expect(baseline.slow).toBeLessThan(0.04);
  });

  it('follows a new level, and does not while it is frozen', () => {
    const at = MONDAY + 2 * WEEK;
    const follow = learned(2, () => 100);
    const stay = learned(2, () => 100);
    for (let minute = 0; minute < 600; minute += 1) {
      follow.learn(at + minute * MINUTE, 150, 'no');
      stay.learn(at + minute * MINUTE, 150, 'all');
    }
    expect(follow.forecast(at + DAY)?.mean).toBeGreaterThan(140);
    expect(stay.forecast(at + DAY)?.mean).toBeCloseTo(100, 0);
  });

  it('takes a new normal at once when told to', () => {
    const baseline = learned(2, () => 100);
    baseline.rebase(0.4);
    expect(baseline.forecast(MONDAY + 2 * WEEK)?.mean).toBeCloseTo(40, 0);
  });

  it('keeps its level through quiet nights', () => {
    const isDay = (at: number): boolean => at % DAY >= 8 * HOUR;
    const baseline = learned(3, (at) => (isDay(at) ? 100 : at % (6 * HOUR) === 0 ? 1 : 0));
    const morning = MONDAY + 3 * WEEK + 8 * HOUR + 45 * MINUTE;
    for (let at = MONDAY + 3 * WEEK; at < MONDAY + 3 * WEEK + 8 * HOUR; at += MINUTE)
      baseline.learn(at, 0, 'no');
    expect(baseline.forecast(morning)?.mean).toBeGreaterThan(85);
    expect(baseline.forecast(morning)?.mean).toBeLessThan(115);
  });

  it('forecasts longer windows in proportion', () => {
    const baseline = learned(2, () => 50, 5 * MINUTE);
    expect(baseline.forecast(MONDAY + 2 * WEEK + 7 * HALF_HOUR)?.mean).toBeCloseTo(50, 0);
    expect(minutesOf(1)).toBe(10_080);
  });
});
