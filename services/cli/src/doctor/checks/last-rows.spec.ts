import { findingsOf } from '../testing/an-installation';
import { lastRows } from './last-rows';

const statesWith = async (minutes: number | null): Promise<readonly string[]> =>
  (await findingsOf(lastRows, { rows: { 'AS minutes': [{ minutes }] } })).map(
    ({ subject, state }) => `${subject} ${state}`,
  );

describe('the check of the last rows', () => {
  it.each<[number | null, string, string]>([
    [0.2, 'ok', 'ok'],
    [11, 'problem', 'ok'],
    [61, 'problem', 'warning'],
    [null, 'problem', 'warning'],
  ])('judges rows of %d minutes ago', async (minutes, counts, events) => {
    expect(await statesWith(minutes)).toEqual([
      `table stage_counts ${counts}`,
      `table events ${events}`,
      'table failed_events ok',
      'table quality_alerts ok',
    ]);
  });
});
