import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClickHouse,
  clickhouseConfig,
  migrate,
  migrations,
  missingMigrations,
  tableProblem,
} from '@headwater/clickhouse';
import { allTables, databaseGrantsOf, databaseRoles, type DatabaseRole } from '@headwater/loading';
import { freePorts, startClickHouse, type RunningClickHouse } from '@headwater/stack';
import { grantStatements } from './grants';

/** The rights that the job `grants` gives, held by the engine's own access control. */
let folder: string;
let engine: RunningClickHouse;
const clients = new Map<DatabaseRole, ClickHouse>();

const as = (role: DatabaseRole): ClickHouse => {
  const found =
    clients.get(role) ??
    new ClickHouse(
      clickhouseConfig.parse({ url: engine.url, username: role, password: `password of ${role}` }),
    );
  clients.set(role, found);
  return found;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-grants-'));
  const [port = 0] = await freePorts(1);
  engine = await startClickHouse({
    dataDir: folder,
    port,
    users: databaseRoles.map((name) => ({
      name,
      password: `password of ${name}`,
      grants: databaseGrantsOf(name, 'headwater', migrations).map(
        ({ privileges, on }) => `${privileges.join(', ')} ON ${on}`,
      ),
    })),
    timeoutMs: 170_000,
  });
  await migrate(as('migrate'), { info: () => undefined });
});
afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.close()));
  await (engine as RunningClickHouse | undefined)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const insertInto = (table: string): string =>
  `INSERT INTO ${table} (app_id, collector_tstamp) SELECT 'a', now64(3)`;
const refused = { code: 'E_CLICKHOUSE_ACCESS' };

describe('what the roles may do', () => {
  it('migrate makes everything, and again', async () => {
    expect(await migrate(as('migrate'), { info: () => undefined })).toEqual([]);
  });

  it('loader sees whether the tables are there, and writes each of them', async () => {
    expect(await missingMigrations(as('loader'))).toBeNull();
    for (const { stored, columns } of allTables) {
      expect(await tableProblem(as('loader'), stored, columns)).toBeNull();
      await as('loader').command(insertInto(stored));
    }
  });

  it.each(['events', 'event_contexts', 'failed_event_problems', 'stage_counts', 'quality_alerts'])(
    'reader, cli and verifier read %s',
    async (view) => {
      for (const role of ['reader', 'cli', 'verifier'] as const)
        expect(await as(role).query(`SELECT count() AS n FROM ${view}`)).toHaveLength(1);
    },
  );

  it('quality-monitor reads counts and alerts', async () => {
    for (const view of ['stage_counts', 'quality_alerts'])
      expect(await as('quality-monitor').query(`SELECT count() AS n FROM ${view}`)).toEqual([{ n: 1 }]);
  });

  it('cli looks at the server', async () => {
    for (const table of ['disks', 'parts', 'merge_tree_settings'])
      await expect(as('cli').query(`SELECT * FROM system.${table} LIMIT 1`)).resolves.toBeDefined();
  });
});

/** The engine has no storage for roles, so that their statements can be read by its parser, and not run. */
describe('the statements of the job', () => {
  const statements = [
    ...grantStatements('headwater', { users: { loader: 'loader-user' } }),
    ...grantStatements('headwater', { users: {} }, 'main'),
  ];
  const formatted = (sql: string): Promise<readonly unknown[]> =>
    as('reader').query('SELECT formatQuery({sql:String}) AS sql', { sql });

  it('are SQL that ClickHouse reads', async () => {
    expect(statements.length).toBeGreaterThan(50);
    for (const sql of statements) await expect(formatted(sql)).resolves.toHaveLength(1);
  });

  it('would be refused if they were not', async () => {
    await expect(formatted('GRANT READ EVERYTHING ON headwater.events TO reader')).rejects.toThrow(/SYNTAX/);
  });
});

describe('what the roles may not do', () => {
  it.each<[DatabaseRole, string, string]>([
    ['loader', 'read events', 'SELECT any(page_url) FROM events_stored'],
    ['loader', 'read failed events', 'SELECT any(failures) FROM failed_events_stored'],
    [
      'loader',
      'say that migrations were run',
      'INSERT INTO schema_migrations (number, name, sha256) SELECT 99, 1, 1',
    ],
    ['loader', 'empty a table', 'TRUNCATE TABLE events_stored'],
    ['loader', 'change a table', 'ALTER TABLE events_stored ADD COLUMN x String'],
    ['quality-monitor', 'read events', 'SELECT count() FROM events'],
    ['quality-monitor', 'write counts', insertInto('stage_counts_stored')],
    ['cli', 'write events', insertInto('events_stored')],
    ['cli', 'empty a table', 'TRUNCATE TABLE failed_events_stored'],
    ['verifier', 'write events', insertInto('events_stored')],
    [
      'verifier',
      'say that replays were sent',
      'INSERT INTO replay_runs_stored (run_id) SELECT generateUUIDv4()',
    ],
    ['verifier', 'empty a table', 'TRUNCATE TABLE events_stored'],
    ['reader', 'write events', insertInto('events_stored')],
    ['reader', 'drop a view', 'DROP VIEW events'],
    ['reader', 'read files of the server', "SELECT * FROM file('/etc/passwd', 'LineAsString')"],
    ['migrate', 'drop the database', 'DROP DATABASE headwater'],
    ['migrate', 'make another one', 'CREATE DATABASE other'],
  ])('%s cannot %s', async (role, _what, sql) => {
    await expect(as(role).command(sql)).rejects.toMatchObject(refused);
  });
});
