import { MINUTE } from '../time';
import { evidenceThreshold } from './budget';

const budget = { falseAlarmsPerWeek: 2, series: 2000, hypotheses: 7 };

describe('evidenceThreshold', () => {
  it('is the one of the reference: 2,000 series, 2 alerts a week, 7 hypotheses are 18.1 nats', () => {
    expect(evidenceThreshold(budget)).toBeCloseTo(18.1, 1);
  });

  it('costs 0.69 nats when the series double, and nothing for one more', () => {
    expect(evidenceThreshold({ ...budget, series: 4000 }) - evidenceThreshold(budget)).toBeCloseTo(Math.LN2);
    expect(evidenceThreshold({ ...budget, series: 2001 })).toBe(evidenceThreshold(budget));
  });

  it('asks for less where there are fewer windows, and for more where fewer false alarms are allowed', () => {
    expect(evidenceThreshold({ ...budget, windowMs: 5 * MINUTE })).toBeLessThan(evidenceThreshold(budget));
    expect(evidenceThreshold({ ...budget, falseAlarmsPerWeek: 0.1 })).toBeGreaterThan(
      evidenceThreshold(budget),
    );
  });
});
