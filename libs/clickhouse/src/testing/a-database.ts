import { ClickHouse } from '../clickhouse';
import { clickhouseConfig } from '../config';
import { migrate, type MigrateOptions } from '../migrate';

let made = 0;

/** The ClickHouse of this test run, and a database of the test's own in it, which is not made yet. */
export function aDatabase(name?: string): ClickHouse {
  const url = process.env['HEADWATER_TEST_CLICKHOUSE_URL'];
  if (url === undefined)
    throw new Error(
      'HEADWATER_TEST_CLICKHOUSE_URL is not set. Run these tests with `npx jest --config tools/stack/jest.clickhouse.config.cjs`, which starts ClickHouse.',
    );
  made += 1;
  const database = name ?? `test_${process.pid}_${Date.now()}_${made}`;
  return new ClickHouse(clickhouseConfig.parse({ url, database }));
}

/** A database with the tables of this version. */
export async function aMigratedDatabase(options: MigrateOptions = {}): Promise<ClickHouse> {
  const clickhouse = aDatabase();
  await migrate(clickhouse, silent, options);
  return clickhouse;
}

export const silent = { info: (): void => undefined };

/** Drops the database and lets go of the connection. */
export async function drop(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.createDatabase();
  await clickhouse.command(`DROP DATABASE IF EXISTS \`${clickhouse.database}\``);
  await clickhouse.close();
}
