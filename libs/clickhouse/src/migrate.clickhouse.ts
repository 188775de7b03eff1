import type { ClickHouse } from './clickhouse';
import { tablesConfig } from './config';
import { migrations } from './generated/migrations';
import { migrate, MigrationConflict, missingMigrations } from './migrate';
import { tableProblem } from './table-shape';
import { aDatabase, drop, silent } from './testing/a-database';

const tablesOf = (clickhouse: ClickHouse): Promise<readonly { name: string }[]> =>
  clickhouse.query('SELECT name FROM system.tables WHERE database = {name:String} ORDER BY name', {
    name: clickhouse.database,
  });

describe('migrate', () => {
  let clickhouse: ClickHouse;
  beforeEach(() => {
    clickhouse = aDatabase();
  });
  afterEach(() => drop(clickhouse));

  it('makes every table and view once, and changes nothing the second time', async () => {
    expect(await missingMigrations(clickhouse)).toMatch(/lacks migrations 1 events, .*Run the job `migrate`/);
    const applied = await migrate(clickhouse, silent);
    expect(applied.map(({ number }) => number)).toEqual(migrations.map(({ number }) => number));
    expect((await tablesOf(clickhouse)).map(({ name }) => name)).toEqual([
      'event_contexts',
      'events',
      'events_stored',
      'failed_event_causes',
      'failed_event_failed_again',
      'failed_event_loaded',
      'failed_event_problems',
      'failed_event_resolutions',
      'failed_event_resolutions_stored',
      'failed_event_status',
      'failed_events',
      'failed_events_stored',
      'pipeline_accounting',
      'quality_alerts',
      'quality_alerts_stored',
      'replay_runs',
      'replay_runs_stored',
      'schema_migrations',
      'stage_counts',
      'stage_counts_stored',
    ]);
    expect(await migrate(clickhouse, silent)).toEqual([]);
    expect(await missingMigrations(clickhouse)).toBeNull();
  });

  it('says what it would do, and does nothing, when it runs dry', async () => {
    const would = await migrate(clickhouse, silent, { dryRun: true });
    expect(would).toHaveLength(migrations.length);
    expect(would[0]?.statements[0]).toContain(
      `CREATE TABLE IF NOT EXISTS \`${clickhouse.database}\`.events_stored`,
    );
    await expect(tablesOf(clickhouse)).rejects.toThrow(/does not exist/);
  });

  it('lets two run at once', async () => {
    const other = aDatabase(clickhouse.database);
    await Promise.all([migrate(clickhouse, silent), migrate(other, silent)]);
    await other.close();
    const recorded = await clickhouse.query<{ number: number }>(
      `SELECT number FROM ${clickhouse.database}.schema_migrations FINAL ORDER BY number`,
    );
    expect(recorded.map(({ number }) => number)).toEqual(migrations.map(({ number }) => number));
    expect(await missingMigrations(clickhouse)).toBeNull();
  });

  it('partitions events by server time and sorts them by what copies share', async () => {
    await migrate(clickhouse, silent);
    const [events] = await clickhouse.query(
      "SELECT engine, partition_key, sorting_key, engine_full LIKE '%non_replicated_deduplication_window = 10000%' AS tokens FROM system.tables WHERE database = {name:String} AND name = 'events_stored'",
      { name: clickhouse.database },
    );
    expect(events).toEqual({
      engine: 'ReplacingMergeTree',
      partition_key: 'toYYYYMM(collector_tstamp)',
      sorting_key: 'app_id, event_name, toDate(dvce_created_tstamp), event_id',
      tokens: 1,
    });
  });

  it('keeps rows for as long as is set, also when that is set later', async () => {
    const retention = async (): Promise<string | undefined> =>
      (
        await clickhouse.query<{ ttl: string }>(
          "SELECT extract(engine_full, 'toIntervalDay\\(\\d+\\)') AS ttl FROM system.tables WHERE database = {name:String} AND name = 'events_stored'",
          { name: clickhouse.database },
        )
      )[0]?.ttl;
    await migrate(clickhouse, silent, { tables: tablesConfig.parse({ eventsDays: 30 }) });
    expect(await retention()).toBe('toIntervalDay(30)');
    await migrate(clickhouse, silent, { tables: tablesConfig.parse({ eventsDays: 60 }) });
    expect(await retention()).toBe('toIntervalDay(60)');
  });

  it('refuses a migration that was changed after it was run', async () => {
    const first = {
      number: 1,
      name: 'one',
      sql: 'CREATE TABLE {{database}}.one (a UInt8) ENGINE = Memory;\n',
    };
    await migrate(clickhouse, silent, { migrations: [first] });
    const other = { ...first, sql: first.sql.replace('UInt8', 'UInt16') };
    const again = migrate(clickhouse, silent, { migrations: [other] });
    await expect(again).rejects.toThrow(MigrationConflict);
    await expect(again).rejects.toThrow(/put its file back/);
  });
});

describe('tableProblem', () => {
  it('names a column that is missing or of another type', async () => {
    const clickhouse = aDatabase();
    const sql = 'CREATE TABLE {{database}}.one (`a` UInt8, `t` Tuple(`x` String)) ENGINE = Memory;\n';
    await migrate(clickhouse, silent, { migrations: [{ number: 1, name: 'one', sql }] });
    const problem = (columns: Record<string, string>): Promise<string | null> =>
      tableProblem(
        clickhouse,
        'one',
        Object.entries(columns).map(([name, stored]) => ({ name, stored })),
      );
    expect(await problem({ a: 'UInt8', t: 'Tuple(`x` String)' })).toBeNull();
    expect(await problem({ a: 'String', b: 'String' })).toMatch(
      /one is not as this version needs it: a is UInt8 instead of String; b is missing\. Run the job/,
    );
    expect(await tableProblem(clickhouse, 'none', [])).toMatch(/There is no table .*none\. Run the job/);
    await drop(clickhouse);
  });
});
