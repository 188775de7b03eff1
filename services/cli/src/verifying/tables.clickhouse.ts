import { ClickHouse, clickhouseConfig, migrate } from '@headwater/clickhouse';
import { Facts, SeenRows } from '@headwater/verification';
import { aPlan } from '../testing/a-run';
import { scanTables } from './leak-scan';
import { Tables } from './tables';

const url = process.env['HEADWATER_TEST_CLICKHOUSE_URL'];
const APP = 'verify-spec';
const STRANGER = '3b9dfc4e-0f6e-4c3a-8d5e-6a1f2b3c4d5e';

/** What the check reads of ClickHouse, on a real one. That it agrees with the pipeline's rows is for the end-to-end suite. */
describe('what headwater verify reads of the tables', () => {
  const database = `verify_${String(process.pid)}_${String(Date.now())}`;
  const clickhouse = new ClickHouse(clickhouseConfig.parse({ url, database }));
  const tables = new Tables(clickhouse, APP);
  const insert = (table: string, columns: string, values: string): Promise<void> =>
    clickhouse.command(`INSERT INTO ${table} (app_id, collector_tstamp, ${columns}) VALUES ${values}`);

  beforeAll(async () => {
    await migrate(clickhouse, { info: () => undefined });
    await insert(
      'events_stored',
      'event_id, page_title',
      `('${APP}', now64(3), '${STRANGER}', 'x'), ('shop', now64(3), generateUUIDv4(), 'at 198.18.1.1')`,
    );
    await insert(
      'failed_events_stored',
      'failed_id, useragent',
      `('${APP}', now64(3), '${STRANGER}', 'Mozilla c6.12.01.02'), ('${APP}', now64(3), '${STRANGER}', 'Mozilla c6.12.01.02')`,
    );
  });
  afterAll(async () => {
    await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`);
    await clickhouse.close();
  });

  it('counts the rows of the app alone, and a failed event once', async () => {
    expect(await tables.counts()).toEqual({ events: 1, failed: 1 });
  });

  it('finds what the run did not send, in both tables', async () => {
    const facts = new Facts(aPlan({ app: APP })).close();
    const seen = new SeenRows(facts);
    await tables.observe(seen, facts);
    expect(seen.strangers.examples).toEqual([
      `table events_stored: event ${STRANGER} is none that this run sent`,
      expect.stringContaining(`table failed_events_stored: ${STRANGER}`),
    ]);
    expect([seen.viewDoubles.count, seen.viewGaps.count]).toEqual([0, 0]);
  });

  it('says nothing of stages that counted nothing', async () => {
    expect(await tables.accounting()).toEqual([]);
    expect(await tables.alerts(60_000)).toEqual([]);
  });

  it('finds an address in any column of the app, and names the column', async () => {
    const leaks = await scanTables(clickhouse, APP);
    expect([...new Set(leaks.map(({ where }) => where))]).toEqual([
      'table failed_events_stored, column useragent',
    ]);
    expect(leaks[0]).toMatchObject({ encoding: 'hex', found: 'c6.12.01.02' });
  });

  it('looks into columns of a later version, and those that hold nothing', async () => {
    await clickhouse.command(
      'ALTER TABLE failed_events_stored ADD COLUMN later Nullable(String), ADD COLUMN parts Array(Nullable(String))',
    );
    await insert(
      'failed_events_stored',
      'failed_id, later, parts',
      `('${APP}', now64(3), generateUUIDv4(), 'at 198.19.1.1', [NULL, '2001:db8::7'])`,
    );
    const leaks = await scanTables(clickhouse, APP);
    expect([...new Set(leaks.map(({ where }) => where))].sort()).toEqual([
      'table failed_events_stored, column later',
      'table failed_events_stored, column parts',
      'table failed_events_stored, column useragent',
    ]);
  });
});
