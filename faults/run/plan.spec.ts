import { scenario } from '../scenario';
import { brokenOff } from '../results/result';
import { aResult } from '../testing/a-result';
import { fullPlan, quickPlan, remaining } from './plan';

const named = (name: string, full: number, quick?: number) =>
  scenario({
    name,
    row: 1,
    title: name,
    world: 'one broker',
    full,
    ...(quick === undefined ? {} : { quick }),
    inject: () => Promise.resolve(),
  });

describe('the plan', () => {
  it('runs the quick tier under one ledger, but for scenarios that need their own', () => {
    const judged = { ...named('c', 10, 3), judge: () => Promise.resolve() };
    const plan = quickPlan([named('a', 30, 2), judged, named('b', 5), named('d', 5, 1)], 7);
    expect(plan.map(({ scenario: { name, title }, seed, faults }) => [name, title, seed, faults])).toEqual([
      ['quick', 'a, a, d', 7, 3],
      ['c', judged.title, 7, 3],
    ]);
    expect(quickPlan([judged, named('b', 5)], 7)).toHaveLength(1);
    expect(quickPlan([named('a', 5, 1), { ...named('d', 5, 1), supervised: true }], 7)).toHaveLength(2);
  });

  it('cuts the full tier to runs of at most 15 faults, each under a seed of its own', () => {
    expect(fullPlan([named('a', 35)], 1).map(({ seed, faults }) => [seed, faults])).toEqual([
      [1, 15],
      [2, 15],
      [3, 5],
    ]);
  });

  it('goes on where it stopped, and begins anew with another build or rate', () => {
    const plan = fullPlan([named('kill-enricher', 30), named('other', 15)], 1);
    const done = [aResult({ seed: 1, build: 'one' }), aResult({ seed: 2, build: 'before' })];
    const at = (rate: number) => () => rate;
    expect(remaining(plan, done, 'one', at(500)).map(({ scenario: { name }, seed }) => [name, seed])).toEqual(
      [
        ['kill-enricher', 2],
        ['other', 1],
      ],
    );
    expect(remaining(plan, done, 'two', at(500))).toHaveLength(3);
    expect(remaining(plan, done, 'one', at(50))).toHaveLength(3);
  });

  it('does again what broke off', () => {
    const plan = fullPlan([named('kill-enricher', 10)], 1);
    const done = [brokenOff(aResult({ seed: 1, build: 'one' }), 'the broker did not start')];
    expect(remaining(plan, done, 'one', () => 500)).toEqual(plan);
  });
});
