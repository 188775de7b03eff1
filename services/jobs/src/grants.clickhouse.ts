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
import {
  allTables,
  databaseGrantsOf,
  databaseRoles,
  roleNameOf,
  type DatabaseRole,
} from '@headwater/loading';
import { createKit } from '@headwater/service-kit';
import { freePorts, startClickHouse, startClickHouseServer, testStackKind } from '@headwater/stack';
import { grantsJob, grantStatements } from './grants';
import { settingOf } from './setting-of';

/** ClickHouse whose users have the rights that the job `grants` gives, held by its own access control. */
interface Guarded {
  readonly url: string;
  /** What the role is called there. */
  readonly nameOf: (role: DatabaseRole) => string;
  stop(): Promise<void>;
}

const ADMIN = 'admin';
const passwordOf = (name: string): string => `password of ${name}`;
const rightsOf = (role: DatabaseRole): ReturnType<typeof databaseGrantsOf> =>
  databaseGrantsOf(role, 'headwater', migrations);

/** The engine has no storage for roles: a file gives them what the job would. */
async function startEmbedded(dataDir: string): Promise<Guarded> {
  const [port = 0] = await freePorts(1);
  const users = databaseRoles.map((name) => ({
    name,
    password: passwordOf(name),
    grants: rightsOf(name).map(({ privileges, on }) => `${privileges.join(', ')} ON ${on}`),
  }));
  const { url, stop } = await startClickHouse({
    dataDir,
    port,
    users: [...users, { name: ADMIN, password: passwordOf(ADMIN) }],
    timeoutMs: 170_000,
  });
  return { url, stop, nameOf: (role) => `user_${String(databaseRoles.indexOf(role))}` };
}

/** A server, on which the job itself is run: twice, as a second time must do no harm. */
async function startServer(): Promise<Guarded> {
  const { url, stop } = await startClickHouseServer({ name: ADMIN, password: passwordOf(ADMIN) });
  const clickhouse = { url, username: ADMIN, password: passwordOf(ADMIN) };
  const admin = new ClickHouse(clickhouseConfig.parse({ ...clickhouse, database: 'default' }));
  for (const role of databaseRoles)
    await admin.command(`CREATE USER \`${role}\` IDENTIFIED WITH sha256_password BY '${passwordOf(role)}'`);
  await admin.close();
  const users = Object.fromEntries(databaseRoles.map((role) => [settingOf(role), role]));
  const config = grantsJob.config.parse({ clickhouse, grants: { users } });
  const { log } = createKit('grants-test', 'silent');
  for (let time = 0; time < 2; time += 1)
    await grantsJob.run(config, { log, dryRun: false, print: () => undefined });
  return { url, stop, nameOf: (role) => roleNameOf(role, 'headwater') };
}

let folder: string;
let guarded: Guarded;
const clients = new Map<string, ClickHouse>();

const as = (user: DatabaseRole | typeof ADMIN): ClickHouse => {
  const found =
    clients.get(user) ??
    new ClickHouse(clickhouseConfig.parse({ url: guarded.url, username: user, password: passwordOf(user) }));
  clients.set(user, found);
  return found;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwater-grants-'));
  const isServer = (await testStackKind()) === 'containers';
  if (!isServer)
    console.log(
      'No Docker engine answers here: a file of the embedded engine gives the roles their rights, and running the job `grants` on a server is left out.',
    );
  guarded = await (isServer ? startServer() : startEmbedded(folder));
  await migrate(as('migrate'), { info: () => undefined });
}, 400_000);
afterAll(async () => {
  await Promise.all([...clients.values()].map((client) => client.close()));
  await (guarded as Guarded | undefined)?.stop();
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

  it('migrate erases a person, as SECURITY.md says', async () => {
    await as('migrate').command("DELETE FROM events_stored WHERE user_id = 'nobody'");
    await as('migrate').command('ALTER TABLE events_stored APPLY DELETED MASK');
  });

  it('cli looks at the server', async () => {
    for (const table of ['disks', 'parts', 'merge_tree_settings'])
      await expect(as('cli').query(`SELECT * FROM system.${table} LIMIT 1`)).resolves.toBeDefined();
  });
});

describe('what ClickHouse shows of the rights', () => {
  /** `SELECT(a, b) ON headwater.events_stored`: a line for each, however they were put together. */
  const linesOf = (privileges: string, on: string): readonly string[] =>
    privileges.split(/, (?![^(]*\))/).map((privilege) => `${privilege} ON ${on}`);
  const shown = async (role: DatabaseRole): Promise<readonly string[]> => {
    const rows = await as(ADMIN).query<Record<string, string>>(`SHOW GRANTS FOR ${guarded.nameOf(role)}`);
    return rows.flatMap((row) => {
      const [text = ''] = Object.values(row);
      const [, privileges = '', on = ''] =
        /^GRANT (.+) ON (\S+) TO \w+$/.exec(text.replaceAll('`', '')) ?? [];
      return linesOf(privileges, on);
    });
  };

  it.each(databaseRoles)('%s has what the table says, and nothing else', async (role) => {
    const wanted = rightsOf(role).flatMap(({ privileges, on }) => linesOf(privileges.join(', '), on));
    expect([...(await shown(role))].sort()).toEqual([...new Set(wanted)].sort());
  });
});

/** The embedded engine has no storage for roles, so that their statements can be read by its parser, and not run. */
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
    ['cli', 'delete rows', "DELETE FROM events_stored WHERE user_id = 'nobody'"],
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
