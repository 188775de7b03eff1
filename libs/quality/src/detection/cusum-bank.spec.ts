import fc from 'fast-check';
import { CusumBank } from './cusum-bank';

describe('CusumBank', () => {
  it('keeps the largest sum of evidence that ends now, for every hypothesis', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1 }), (evidence) => {
        const bank = new CusumBank(1);
        evidence.forEach((llr, at) => {
          bank.add(0, llr, at, 1, 2);
        });
        let best = 0;
        for (let from = 0; from < evidence.length; from += 1)
          best = Math.max(
            best,
            evidence.slice(from).reduce((sum, llr) => sum + llr, 0),
          );
        expect(bank.strongest()?.evidence ?? 0).toBeCloseTo(best, 6);
      }),
    );
  });

  it('knows since when, and what was counted since', () => {
    const bank = new CusumBank(2);
    bank.add(0, 1, 10, 5, 9);
    bank.add(0, -2, 20, 9, 9);
    bank.add(0, 1, 30, 4, 9);
    bank.add(0, 1, 40, 3, 9);
    bank.add(1, 0.5, 40, 3, 9);
    expect(bank.strongest()).toEqual({
      hypothesis: 0,
      evidence: 2,
      startedAt: 30,
      observed: 7,
      expected: 18,
      windows: 2,
    });
  });

  it('is empty after a reset', () => {
    const bank = new CusumBank(1);
    bank.add(0, 3, 1, 1, 1);
    bank.reset();
    expect(bank.strongest()).toBeNull();
  });

  it('forgets everything when a hypothesis is impossible', () => {
    const bank = new CusumBank(1);
    bank.add(0, 3, 1, 0, 1);
    bank.add(0, Number.NEGATIVE_INFINITY, 2, 1, 1);
    expect(bank.strongest()).toBeNull();
  });
});
