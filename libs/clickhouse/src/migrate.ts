import { createHash } from 'node:crypto';
import { ServiceError } from '@headwater/stage';
import type { ClickHouse } from './clickhouse';
import { tablesConfig, type TablesConfig } from './config';
import { TablesNotReady } from './errors';
import { migrations as ours } from './generated/migrations';
import { render, statementsOf } from './template';

/** One numbered migration. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Statements with `{{settings}}` of the installation. */
  readonly sql: string;
}

/** What a migration did, or with `dryRun` would do. */
export interface Applied {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export interface MigrateOptions {
  /** How the tables are made; the defaults of `tablesConfig`. */
  readonly tables?: TablesConfig;
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  /** For tests: other migrations than those of this version. */
  readonly migrations?: readonly Migration[];
}

/** Where a migration tells how far it is. */
export interface MigrationLog {
  info(details: object, message: string): void;
}

/** The recorded migrations and those of this version do not fit together. */
export class MigrationConflict extends ServiceError {
  override readonly code = 'E_CLICKHOUSE_MIGRATION';
  override readonly retriable = false;
}

interface Recorded {
  readonly number: number;
  readonly name: string;
  readonly sha256: string;
}

/** Table of the migrations that were run. */
export const RECORD = 'schema_migrations';

/**
 * Brings the database to the tables of this version: makes it, runs the migrations that it lacks, in order, and sets how long
 * rows are kept. Running it again changes nothing.
 *
 * Two at once do no harm. ClickHouse has no lock to take, so every statement says IF NOT EXISTS or OR REPLACE, and the
 * record keeps one row a migration.
 *
 * @throws {MigrationConflict} when a migration was changed after it was run
 */
export async function migrate(
  clickhouse: ClickHouse,
  log: MigrationLog,
  options: MigrateOptions = {},
): Promise<readonly Applied[]> {
  const { dryRun = false, migrations = ours, tables = tablesConfig.parse({}) } = options;
  const settings = settingsOf(clickhouse.database, tables);
  if (!dryRun) {
    await clickhouse.createDatabase(settings['on_cluster']);
    await clickhouse.command(render(RECORD_TABLE, settings));
  }
  const recorded = await recordedIn(clickhouse, dryRun);
  const applied: Applied[] = [];
  for (const { number, name, sql } of migrations) {
    const former = recorded.get(number);
    const sha256 = createHash('sha256').update(sql).digest('hex');
    if (former) {
      if (former.sha256 !== sha256) throw changed(clickhouse.database, number, name, former);
      continue;
    }
    const statements = statementsOf(render(sql, settings));
    if (!dryRun) {
      for (const statement of statements) await clickhouse.command(statement);
      await clickhouse.command(
        `INSERT INTO \`${clickhouse.database}\`.${RECORD} (number, name, sha256) VALUES ({number:UInt32}, {name:String}, {sha256:String})`,
        { number, name, sha256 },
      );
    }
    log.info({ number, name, dryRun }, `${dryRun ? 'Would run' : 'Ran'} migration ${number} ${name}`);
    applied.push({ number, name, statements });
  }
  if (!dryRun) await setRetention(clickhouse, settings, log);
  return applied;
}

/**
 * What keeps this version from using the database, as a sentence with what to do; null when nothing does. A database that is
 * ahead of this version is fine: migrations only add.
 */
export async function missingMigrations(
  clickhouse: ClickHouse,
  migrations: readonly Migration[] = ours,
): Promise<string | null> {
  const recorded = await recordedIn(clickhouse, true);
  const missing = migrations.filter(({ number }) => !recorded.has(number));
  if (missing.length === 0) return null;
  const names = missing.map(({ number, name }) => `${number} ${name}`).join(', ');
  return `The database ${clickhouse.database} lacks ${missing.length === 1 ? 'migration' : 'migrations'} ${names}. Run the job \`migrate\` of this version.`;
}

async function recordedIn(
  clickhouse: ClickHouse,
  mayBeMissing: boolean,
): Promise<ReadonlyMap<number, Recorded>> {
  try {
    const rows = await clickhouse.query<Recorded>(
      `SELECT number, name, sha256 FROM \`${clickhouse.database}\`.${RECORD} FINAL ORDER BY number`,
    );
    return new Map(rows.map((row) => [row.number, row]));
  } catch (error) {
    if (mayBeMissing && error instanceof TablesNotReady) return new Map();
    throw error;
  }
}

const changed = (database: string, number: number, name: string, former: Recorded): MigrationConflict =>
  new MigrationConflict(
    `Migration ${number} ${name} is not the one that the database ${database} has run (recorded as ${former.name}, SHA-256 ${former.sha256.slice(0, 12)}…). A migration must not be changed once it was run: put its file back as it was and write a new migration for the change. For a database whose data may go, drop it (DROP DATABASE ${database}) and migrate again.`,
  );

const RECORD_TABLE = `CREATE TABLE IF NOT EXISTS {{database}}.${RECORD}{{on_cluster}}
(
    number UInt32,
    name String,
    sha256 String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = {{replacing_engine}}
ORDER BY number`;

/** ClickHouse keeps rows for as long as the table says, which may be set anew at any time. */
async function setRetention(
  clickhouse: ClickHouse,
  settings: Readonly<Record<string, string>>,
  log: MigrationLog,
): Promise<void> {
  const tables = await clickhouse.query<{ name: string; engine: string }>(
    'SELECT name, engine_full AS engine FROM system.tables WHERE database = {database:String}',
    { database: clickhouse.database },
  );
  for (const { name, engine } of tables) {
    const days = settings[`days.${name.replace(/_stored$/, '')}`];
    if (days === undefined || !name.endsWith('_stored') || engine.includes(`toIntervalDay(${days})`))
      continue;
    await clickhouse.command(
      render(
        `ALTER TABLE {{database}}.${name}{{on_cluster}} MODIFY TTL toDateTime(collector_tstamp) + toIntervalDay(${days})`,
        settings,
      ),
    );
    log.info({ table: name, days }, `Rows of ${name} are now kept for ${days} days`);
  }
}

function settingsOf(database: string, tables: TablesConfig): Readonly<Record<string, string>> {
  return {
    database: `\`${database}\``,
    on_cluster: tables.cluster === undefined ? '' : ` ON CLUSTER \`${tables.cluster}\``,
    replacing_engine: tables.replicated ? 'ReplicatedReplacingMergeTree' : 'ReplacingMergeTree',
    // Off by default on tables that are not replicated, and too short on those that are: a loader that was stopped between
    // an insert and its commit must find its token again.
    deduplication: tables.replicated
      ? 'replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800'
      : 'non_replicated_deduplication_window = 10000',
    'days.events': String(tables.eventsDays),
    'days.failed_events': String(tables.failedEventsDays),
    // What became of a failed event is kept as long as the event itself.
    'days.failed_event_resolutions': String(tables.failedEventsDays),
    'days.stage_counts': String(tables.stageCountsDays),
    'days.quality_alerts': String(tables.qualityAlertsDays),
  };
}
