import { minutesOf, MONDAY, trafficOf } from '../testing/traffic';
import { DAY, HOUR, MINUTE, WEEK } from '../time';
import { CountWatch, type CountVerdict } from './count-watch';

const settings = {
  windowMs: MINUTE,
  warmUpMs: 2 * WEEK,
  rebaselineMs: DAY,
  leastEffect: 0.1,
  leastEvents: 10,
};
/** One false alarm in 1,000 series-weeks, seven hypotheses: what the reference measures with. */
const threshold = Math.log(10_080 * 1000) + Math.log(7);
const START = MONDAY + 2 * WEEK + 10 * HOUR;

/** A watch that has seen two weeks and ten hours of its traffic. */
function warm(rate: number, seed: number): { watch: CountWatch; traffic: ReturnType<typeof trafficOf> } {
  const watch = new CountWatch(settings);
  const traffic = trafficOf({ rate, seed });
  for (let at = MONDAY; at < START; at += MINUTE) watch.step(at, traffic(at), threshold);
  return { watch, traffic };
}

function minutesUntil(rate: number, factor: number, seed: number): number {
  const { watch, traffic } = warm(rate, seed);
  for (let minute = 0; minute < 600; minute += 1) {
    const at = START + minute * MINUTE;
    if (watch.step(at, traffic(at, factor), threshold).state === 'deviates') return minute + 1;
  }
  return Number.POSITIVE_INFINITY;
}

describe('CountWatch', () => {
  // The rates are weekly means; Monday 10:00 lies a little above.
  it.each([
    [10, 0, 5],
    [10, 0.5, 60],
    [10, 0.7, 300],
    [100, 0, 1],
    [100, 0.5, 5],
    [100, 0.7, 25],
    [1000, 0, 1],
    [1000, 0.5, 1],
    [1000, 0.7, 4],
    [100, 3, 2],
  ])('at %i a minute finds a change to ×%f within %i minutes', (rate, factor, limit) => {
    for (const seed of [1, 2]) expect(minutesUntil(rate, factor, seed)).toBeLessThanOrEqual(limit);
  });

  it('stays within its budget of false alarms: at most 1 in 36 series-weeks where 0.04 are budgeted', () => {
    let alarms = 0;
    for (const rate of [10, 100, 1000])
      for (let seed = 0; seed < 6; seed += 1) {
        const watch = new CountWatch(settings);
        const traffic = trafficOf({ rate, seed: 100 + seed });
        let before: CountVerdict['state'] = 'ok';
        for (let minute = 0; minute < minutesOf(4); minute += 1) {
          const at = MONDAY + minute * MINUTE;
          const { state } = watch.step(at, traffic(at), threshold);
          if (state === 'deviates' && before !== 'deviates') alarms += 1;
          before = state;
        }
      }
    expect(alarms).toBeLessThanOrEqual(1);
  });

  it('says what changed, since when and by how much', () => {
    const { watch, traffic } = warm(1000, 7);
    let verdict = watch.step(START, traffic(START), threshold);
    for (let at = START + MINUTE; at < START + 10 * MINUTE; at += MINUTE)
      verdict = watch.step(at, traffic(at, 0.38), threshold);
    expect(verdict.state).toBe('deviates');
    expect(verdict.change?.kind).toBe('changed');
    expect(verdict.change?.startedAt).toBe(START + MINUTE);
    expect(verdict.change?.effect).toBeGreaterThan(-0.7);
    expect(verdict.change?.effect).toBeLessThan(-0.5);
    expect(verdict.low ?? 0).toBeLessThan(verdict.mean ?? 0);
  });

  it('calls it silence when nothing came at all', () => {
    const { watch } = warm(10, 4);
    let verdict = watch.step(START, 0, threshold);
    for (let minute = 1; minute < 6; minute += 1) verdict = watch.step(START + minute * MINUTE, 0, threshold);
    expect(verdict).toMatchObject({
      state: 'deviates',
      change: { kind: 'silent', startedAt: START, effect: -1 },
    });
  });

  it('stays open through a recovery by half, and closes after a whole one', () => {
    const { watch, traffic } = warm(300, 9);
    let at = START;
    const run = (minutes: number, factor: number): CountVerdict => {
      let verdict = watch.step(at, traffic(at, factor), threshold);
      for (at += MINUTE; minutes > 1; minutes -= 1, at += MINUTE)
        verdict = watch.step(at, traffic(at, factor), threshold);
      return verdict;
    };
    expect(run(20, 0.3).state).toBe('deviates');
    expect(run(120, 0.6).state).toBe('deviates');
    expect(run(15, 1).state).toBe('ok');
  });

  it('takes what lasts a day for the new normal', () => {
    const { watch, traffic } = warm(200, 11);
    const states: CountVerdict[] = [];
    for (let at = START; at < START + DAY + 2 * HOUR; at += MINUTE)
      states.push(watch.step(at, traffic(at, 0.5), threshold));
    expect(states.filter(({ rebased }) => rebased)).toHaveLength(1);
    expect(states.at(-1)?.state).toBe('ok');
  });

  it('learns before it judges, and notices only an outage meanwhile', () => {
    const watch = new CountWatch(settings);
    const traffic = trafficOf({ rate: 200, seed: 3 });
    const states = new Set<string>();
    let at = MONDAY;
    for (; at < MONDAY + DAY; at += MINUTE) states.add(watch.step(at, traffic(at), threshold).state);
    for (const end = at + 2 * HOUR; at < end; at += MINUTE)
      states.add(watch.step(at, traffic(at, 0.4), threshold).state);
    expect([...states]).toEqual(['learning']);
    let verdict = watch.step(at, 0, threshold);
    for (let minute = 1; minute < 5; minute += 1) verdict = watch.step(at + minute * MINUTE, 0, threshold);
    expect(verdict).toMatchObject({ state: 'deviates', change: { kind: 'silent' } });
    expect(watch.step(at + 5 * MINUTE, 80, threshold).state).toBe('learning');
  });
});
