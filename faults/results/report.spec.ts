import { scenario } from '../scenario';
import { aResult } from '../testing/a-result';
import { markdownOf, reportOf } from './report';
import { brokenOff, problemsOf } from './result';

const kill = scenario({
  name: 'kill-enricher',
  row: 2,
  title: 'kill the enricher',
  world: 'one broker',
  full: 20,
  inject: () => Promise.resolve(),
});
const control = { name: 'no-token', title: 'no token', services: [], edits: [], caughtBy: ['I2'], times: 1 };

describe('the report', () => {
  it('sums the runs, and says what part of the full tier they are', () => {
    const report = reportOf([kill], [], [aResult({ seed: 1 })], []);
    expect(report).toMatchObject({
      complete: false,
      totals: { faults: 10, events: 20_000, lost: 0, duplicated: 0, leaked: 0, stuck: 0 },
      rows: [{ scenario: 'kill-enricher', planned: 20, recoverySeconds: { median: 3, longest: 4.4 } }],
    });
    expect(markdownOf(report)).toContain('This is a part of the full tier');
    expect(reportOf([kill], [], [aResult({ seed: 1 }), aResult({ seed: 2 })], []).complete).toBe(true);
  });

  it('names what did not hold', () => {
    const lost = aResult({ seed: 3, lost: 2, broken: [{ id: 'I1', examples: ['event x is nowhere'] }] });
    const text = markdownOf(reportOf([kill], [], [lost], []));
    expect(text).toContain('**2 lost,');
    expect(text).toContain('- kill-enricher, seed 3: I1 is broken: event x is nowhere');
  });

  it('says of each control whether it was caught, not caught, or not run', () => {
    const ran = (caught: boolean) => ({
      control: 'no-token',
      commit: 'abc',
      build: 'one',
      startedAt: '2026-01-02T03:04:05.000Z',
      events: 1,
      caught,
      alerts: caught ? ['accounting'] : [],
      broken: caught ? [{ id: 'I2', examples: [] }] : [],
    });
    const linesOf = (...results: ReturnType<typeof ran>[]): string =>
      markdownOf(reportOf([], [control], [], results))
        .split('\n')
        .filter((line) => line.startsWith('| no token'))
        .join();
    expect(linesOf()).toBe('| no token | not run with this build |  |');
    expect(linesOf(ran(false))).toBe('| no token | **no** |  |');
    expect(linesOf(ran(false), ran(true))).toBe('| no token | yes | I2, alert accounting |');
  });
});

describe('a run', () => {
  it.each([
    ['nothing', aResult(), []],
    ['an invariant that could not be checked', aResult({ unverified: ['I9'] }), ['I9 could not be checked']],
    [
      'events that did not get through',
      aResult({ stuck: 1 }),
      ['1 times events did not get through in time'],
    ],
    ['what broke it off', brokenOff(aResult(), 'no broker'), ['broke off: no broker']],
    [
      'an expectation of its scenario',
      aResult({ expectations: [{ what: 'it stops with 0', holds: false, saw: 'exit code 1' }] }),
      ['not so: it stops with 0 (exit code 1)'],
    ],
  ])('fails by %s', (_case, result, problems) => {
    expect(problemsOf(result)).toEqual(problems);
  });
});
