import { scenario } from '../scenario';
import { aResult } from '../testing/a-result';
import { markdownOf, reportOf } from './report';
import { brokenOff, problemsOf, type ControlResult } from './result';

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

  it('says with what the runs were made, and beside how much else', () => {
    const slow = { rate: 120, command: 'npm run faults -- --full --rate 120', beside: 1 };
    const runs = [aResult({ seed: 1, ...slow }), aResult({ seed: 2, ...slow }), aResult({ beside: null })];
    const text = markdownOf(reportOf([kill], [], runs, []));
    expect(text).toContain('| `npm run faults -- --full --rate 120` | 120 | 1 | 2 |');
    expect(text).toContain('| `npm run faults -- --full` | 500 | not known | 1 |');
  });

  it('says how it differs from the matrix, and each scenario for itself', () => {
    const shorter = { ...kill, name: 'shorter', differs: '40 s rather than 60: it takes long' };
    const text = markdownOf(reportOf([kill, shorter], [], [], []));
    expect(text).toContain('| 2 | shorter | 40 s rather than 60: it takes long |');
    expect(text).not.toContain('| 2 | kill-enricher |');
    expect(text).toContain('Sessions of consumers end after 10 s');
  });

  describe('of each control', () => {
    const ran = (over: Partial<ControlResult> = {}): ControlResult => ({
      control: 'no-token',
      commit: 'abc',
      build: 'one',
      startedAt: '2026-01-02T03:04:05.000Z',
      events: 1,
      caught: false,
      alerts: [],
      alertSeconds: null,
      broken: [],
      ...over,
    });
    const caught = ran({
      caught: true,
      alerts: ['accounting'],
      alertSeconds: 23.45,
      broken: [{ id: 'I2', examples: [] }],
    });

    it.each([
      ['not run', [], '| no token | not run with this build |  |  |'],
      ['not caught', [ran()], '| no token | **no** |  |  |'],
      ['caught in the end', [ran(), caught], '| no token | yes | I2, alert accounting | 23.4 s |'],
      [
        'caught in another build, before or after',
        [{ ...caught, build: 'zero' }, ran(), { ...caught, build: 'two' }],
        '| no token | **no** |  |  |',
      ],
      [
        'run with another build only',
        [{ ...caught, build: 'zero' }],
        '| no token | not run with this build |  |  |',
      ],
    ])('says that it was %s', (_case, results, line) => {
      const text = markdownOf(reportOf([kill], [control], [aResult({ build: 'one' })], results));
      expect(text.split('\n').filter((each) => each.startsWith('| no token'))).toEqual([line]);
    });
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
