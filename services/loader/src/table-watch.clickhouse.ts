import { setTimeout as delay } from 'node:timers/promises';
import { ClickHouse, clickhouseConfig, migrate } from '@headwater/clickhouse';
import { tables } from '@headwater/loading';
import { TableWatch } from './table-watch';

const silent = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };
const connect = (url = process.env['HEADWATER_TEST_CLICKHOUSE_URL']): ClickHouse =>
  new ClickHouse(clickhouseConfig.parse({ url, database: `watch_${process.pid}_${Date.now()}` }));

/** Waits until the watch says what is expected. */
const until = async (watch: TableWatch, expected: RegExp | null): Promise<void> => {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const reason = watch.notReady();
    if (expected === null ? reason === null : reason !== null && expected.test(reason)) return;
    await delay(20);
  }
  throw new Error(`The watch says: ${String(watch.notReady())}`);
};

describe('TableWatch', () => {
  it('is ready once the database is migrated, and says so once', async () => {
    const clickhouse = connect();
    await clickhouse.createDatabase();
    const watch = new TableWatch(clickhouse, silent, 20);
    expect(watch.notReady()).toBe('ClickHouse has not been asked yet.');
    watch.start();
    await until(watch, /lacks migrations 1 events.*Run the job `migrate`/);
    await expect(watch.require(tables.events)).rejects.toThrow(/There is no table/);
    await migrate(clickhouse, silent);
    await until(watch, null);
    await watch.require(tables.events);
    await delay(100);
    expect(
      silent.info.mock.calls.filter(([, message]) => /answers and has the tables/.test(String(message))),
    ).toHaveLength(1);
    watch.stop();
    await clickhouse.command(`DROP DATABASE \`${clickhouse.database}\``);
    await clickhouse.close();
  });

  it('says that ClickHouse does not answer, and what to look at', async () => {
    const clickhouse = connect('http://127.0.0.1:1');
    const watch = new TableWatch(clickhouse, silent, 20);
    watch.start();
    await until(watch, /ECONNREFUSED.*CLICKHOUSE__URL/);
    watch.stop();
    await clickhouse.close();
  });
});
