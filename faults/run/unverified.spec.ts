import type { Verification } from '../world/load';
import { unverifiedOf } from './unverified';

type Invariant = Verification['invariants'][number];

const invariant = (id: string, verdict: Invariant['verdict'], note?: string): Invariant => ({
  id,
  name: id,
  verdict,
  violations: 0,
  examples: [],
  ...(note === undefined ? {} : { note }),
});

describe('what a run leaves open', () => {
  it.each([
    ['nothing where all holds', invariant('I1', 'holds'), []],
    ['nothing where something is broken', invariant('I1', 'broken'), []],
    ['what could not be looked at', invariant('I8', 'unverified', 'no table'), ['I8 (no table)']],
    ['what was not looked at', invariant('I6', 'not checked'), ['I6']],
    [
      'what holds where nobody read meanwhile',
      invariant('I3', 'holds', 'nobody read the topics during the run'),
      ['I3 (nobody read the topics during the run)'],
    ],
    [
      'what holds where the reader left early',
      invariant(
        'I7',
        'holds',
        'no order per user is promised; the reader did not stay to the end: it was killed',
      ),
      ['I7 (no order per user is promised; the reader did not stay to the end: it was killed)'],
    ],
    ['nothing of what is not promised', invariant('I7', 'holds', 'no order per user is promised'), []],
  ])('is %s', (_case, one, left) => {
    expect(unverifiedOf([one], false)).toEqual(left);
  });

  it('is nothing of alerts where they may say what they like', () => {
    const alerts = invariant('I10', 'not checked', 'nothing was expected');
    expect(unverifiedOf([alerts], true)).toEqual([]);
    expect(unverifiedOf([alerts], false)).toHaveLength(1);
  });
});
