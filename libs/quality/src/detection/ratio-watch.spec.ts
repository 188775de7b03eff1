import { binomial, normal, seeded } from '../testing/random';
import { DAY, HOUR, MINUTE } from '../time';
import { RatioWatch, type RatioVerdict } from './ratio-watch';

const settings = {
  leastTrials: 1000,
  rememberedTrials: 50_000,
  leastRatio: 0.01,
  leastHits: 10,
  rebaselineMs: DAY,
};
/** 1,000 series-weeks, three hypotheses. */
const threshold = Math.log(10_080 * 1000) + Math.log(3);

/** `trials` a minute with a ratio that drifts by 10 % around `ratio`. */
function seriesOf(ratio: number, trials: number, seed: number) {
  const watch = new RatioWatch(settings);
  const random = seeded(seed);
  const keep = Math.exp(-1 / 120);
  let [drift, at] = [0, 0];
  return (factor = 1): RatioVerdict => {
    drift = keep * drift + 0.1 * Math.sqrt(1 - keep * keep) * normal(random);
    const hits = binomial(trials, Math.min(0.95, ratio * factor * Math.exp(drift)), random);
    at += MINUTE;
    return watch.step(at, hits, trials, threshold);
  };
}

describe('RatioWatch', () => {
  it('stays within its budget of false alarms: none in 12 series-weeks where 0.01 are budgeted', () => {
    let alarms = 0;
    for (const [ratio, trials] of [
      [0.002, 100],
      [0.01, 100],
      [0.05, 30],
    ] as const)
      for (let seed = 0; seed < 4; seed += 1) {
        const next = seriesOf(ratio, trials, seed);
        for (let minute = 0; minute < 10_080; minute += 1) if (next().state === 'deviates') alarms += 1;
      }
    expect(alarms).toBe(0);
  });

  it.each([
    [0.01, 3, 100, 60],
    [0.01, 10, 100, 5],
    [0.01, 10, 10, 40],
    [0.002, 50, 100, 3],
  ])(
    'finds odds that rise from %d by ×%i at %i a minute within %i minutes',
    (ratio, factor, trials, limit) => {
      for (const seed of [1, 2, 3]) {
        const next = seriesOf(ratio, trials, seed);
        for (let minute = 0; minute < 3000; minute += 1) next();
        let found = 0;
        for (let minute = 1; found === 0 && minute <= 600; minute += 1)
          if (next(factor).state === 'deviates') found = minute;
        expect(found).toBeGreaterThan(0);
        expect(found).toBeLessThanOrEqual(limit);
      }
    },
  );

  it('closes when the ratio is back, and not before', () => {
    const next = seriesOf(0.01, 100, 5);
    for (let minute = 0; minute < 2000; minute += 1) next();
    const states = Array.from({ length: 60 }, () => next(20).state);
    expect(states.at(-1)).toBe('deviates');
    const after = Array.from({ length: 30 }, () => next().state);
    expect(after.at(-1)).toBe('ok');
  });

  it('takes what lasts a day for the new normal', () => {
    const next = seriesOf(0.01, 100, 6);
    for (let minute = 0; minute < 2000; minute += 1) next();
    const verdicts = Array.from({ length: (26 * HOUR) / MINUTE }, () => next(10));
    expect(verdicts.filter(({ rebased }) => rebased)).toHaveLength(1);
    expect(verdicts.at(-1)).toMatchObject({ state: 'ok' });
    expect(verdicts.at(-1)!.usual).toBeGreaterThan(0.05);
  });

  it('does not count a batch that fails as a whole as so many independent failures', () => {
    const random = seeded(8);
    const watch = new RatioWatch(settings);
    const states: string[] = [];
    for (let minute = 1; minute < 10_000; minute += 1)
      states.push(watch.step(minute * MINUTE, random() < 0.1 ? 10 : 0, 100, threshold).state);
    expect(states.slice(1000).filter((state) => state === 'deviates')).toEqual([]);
  });
});
