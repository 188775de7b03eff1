import { findingsOf } from '../testing/an-installation';
import { accounting } from './accounting';

const imbalance = {
  app_id: 'shop',
  stage: 'validator',
  unit: 'event',
  open: 0,
  absent: 0,
  openByMinute: 0,
  absentByMinute: 0,
};

describe('the check of the accounting', () => {
  it('is content when it closes', async () => {
    expect(await findingsOf(accounting)).toEqual([expect.objectContaining({ state: 'ok' })]);
  });

  it.each([
    [{ open: 3, openByMinute: 3 }, '3 of what it took in is not accounted for (event).'],
    [{ absent: 2, absentByMinute: 2 }, '2 handed on by the stage before did not come in (event).'],
    [
      { absent: 0, absentByMinute: 2 },
      '0 handed on by the stage before did not come in, and 2 when each minute is taken by itself (event).',
    ],
    [
      { open: 0, openByMinute: 4 },
      '0 of what it took in is not accounted for, and 4 when each minute is taken by itself (event).',
    ],
  ])('tells %j', async (known, seen) => {
    const found = await findingsOf(accounting, {
      rows: { 'FROM pipeline_accounting': [{ ...imbalance, ...known }] },
    });
    expect(found).toEqual([{ ...found[0], state: 'problem', subject: 'validator, app shop', seen }]);
  });

  it('was not checked where the view is not there yet', async () => {
    const rows = { 'FROM system.tables WHERE database = {database:String} AND name': [{ views: 0 }] };
    expect(await findingsOf(accounting, { rows })).toEqual([
      expect.objectContaining({ state: 'not checked' }),
    ]);
  });
});
