import { findingsOf, type Rows } from '../testing/an-installation';
import { room } from './room';

const disk = (free: number, total: number): Rows => ({
  'FROM system.disks': [{ name: 'default', free, total }],
});
const parts = (count: number): Rows => ({
  'FROM system.parts': [{ table: 'events_stored', partition: '202601', parts: count }],
});

describe('the check of room', () => {
  it.each<[string, Rows, readonly string[]]>([
    ['room and few parts', {}, ['ok', 'ok']],
    ['a disk that fills up', disk(14, 100), ['warning', 'ok']],
    ['a disk that is full', disk(4, 100), ['problem', 'ok']],
    ['storage without an end', disk(0, 0), ['ok', 'ok']],
    ['merges that fall behind', parts(500), ['ok', 'warning']],
    ['inserts that are slowed down', parts(1_000), ['ok', 'problem']],
    ['nothing stored yet', { 'FROM system.parts': [] }, ['ok', 'ok']],
    [
      'another limit',
      { ...parts(90), 'FROM system.merge_tree_settings': [{ name: 'parts_to_delay_insert', value: '100' }] },
      ['ok', 'warning'],
    ],
  ])('judges %s', async (_case, rows, states) => {
    expect((await findingsOf(room, { rows })).map(({ state }) => state)).toEqual(states);
  });
});
