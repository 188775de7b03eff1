import { DAY, MINUTE } from '../time';
import { OTHER_APPS, OTHER_EVENTS, SeriesTable } from './series-table';

const WEEKS = 14 * DAY;

describe('SeriesTable', () => {
  it('gives everyone a place of their own while there is room', () => {
    const table = new SeriesTable(10, WEEKS);
    expect(table.place('shop', 'total', 0)).toEqual({ appId: 'shop', series: 'total' });
    expect(table.place('shop', 'event_name=view', 0)).toEqual({ appId: 'shop', series: 'event_name=view' });
    expect(table.size).toBe(2);
  });

  it('folds a new event into its app, and a new app into the others, once it is full', () => {
    const table = new SeriesTable(1, WEEKS);
    table.place('shop', 'total', 0);
    expect(table.place('shop', 'event_name=view', 0)).toEqual({ appId: 'shop', series: OTHER_EVENTS });
    expect(table.place('blog', 'total', 0)).toEqual({ appId: OTHER_APPS, series: 'total' });
    expect(table.place('blog', 'event_name=view', 0)).toEqual({ appId: OTHER_APPS, series: OTHER_EVENTS });
    expect(table.place('*', 'payloads', 0)).toEqual({ appId: '*', series: 'payloads' });
    expect(table.size).toBe(1);
  });

  it('forgets who was silent for long when somebody needs the place, and says whom', () => {
    const table = new SeriesTable(1, WEEKS);
    table.place('old', 'total', 0);
    expect(table.place('new', 'total', WEEKS - MINUTE).appId).toBe(OTHER_APPS);
    expect(table.place('new', 'total', WEEKS + DAY).appId).toBe('new');
    expect(table.takeForgotten()).toEqual(['old\u001ftotal']);
    expect(table.takeForgotten()).toEqual([]);
  });
});
