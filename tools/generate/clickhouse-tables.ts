import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allTables, tables, type AnyTable, type Column } from '@headwater/loading';
import type { GeneratedFile } from './generator';

const FOLDER = 'libs/clickhouse/migrations';
const EMBEDDED = 'libs/clickhouse/src/generated/migrations.ts';

interface Migration {
  readonly file: string;
  readonly sql: string;
}

/**
 * The migrations that make ClickHouse's tables what the contracts say, and one TypeScript file that carries the text of all
 * of them into every bundle.
 *
 * A migration, once written, is never written again: installations have run it. A table without a migration gets one; a
 * field that is new in a contract gets a migration that adds its column. A changed type needs one written by hand.
 */
export function clickhouseTables(root: string): readonly GeneratedFile[] {
  const existing = readMigrations(join(root, FOLDER));
  const added = missingMigrations(existing);
  const all = [...existing, ...added];
  return [
    ...added.map(({ file, sql }) => ({ path: `${FOLDER}/${file}`, content: sql })),
    { path: EMBEDDED, content: embedded(all) },
  ];
}

function readMigrations(folder: string): readonly Migration[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^\d{4}_\w+\.sql$/.test(file))
    .sort()
    .map((file) => ({ file, sql: readFileSync(join(folder, file), 'utf8') }));
}

function missingMigrations(existing: readonly Migration[]): readonly Migration[] {
  const text = existing.map(({ sql }) => sql).join('\n');
  const drafts = allTables.flatMap((table): readonly { name: string; sql: string }[] => {
    const known = columnsIn(text, table);
    if (known === null) return [{ name: table.view, sql: creation(table) }];
    const missing = table.columns.filter(({ name }) => !known.has(name));
    for (const { name, stored } of table.columns) {
      const former = known.get(name);
      if (former !== undefined && former !== stored)
        throw new Error(
          `The column ${table.stored}.${name} is ${former} in the migrations and ${stored} in the contracts. A type cannot be changed by generating: keep the type, or write a migration by hand in ${FOLDER}.`,
        );
    }
    return missing.length === 0 ? [] : [{ name: `${table.view}_columns`, sql: addition(table, missing) }];
  });
  const last = Number(existing.at(-1)?.file.slice(0, 4) ?? 0);
  return drafts.map(({ name, sql }, index) => ({
    file: `${String(last + 1 + index).padStart(4, '0')}_${name}.sql`,
    sql,
  }));
}

/** Columns that the migrations give a table, with their types; null when none makes the table. */
function columnsIn(text: string, { stored }: AnyTable): ReadonlyMap<string, string> | null {
  const statements = text
    .split(/;\s*$/m)
    .filter((statement) =>
      new RegExp(`^(?:CREATE TABLE IF NOT EXISTS|ALTER TABLE) {{database}}\\.${stored}{{`, 'm').test(
        statement,
      ),
    );
  if (statements.length === 0) return null;
  return new Map(
    statements
      .flatMap((statement) => statement.split('\n'))
      .map((line) => /^ {4}(?:ADD COLUMN IF NOT EXISTS )?`(\w+)` (.+?)(?: DEFAULT .+)? COMMENT '/.exec(line))
      .filter((match) => match !== null)
      .map(([, name = '', type = '']) => [name, type]),
  );
}

const LOAD_TSTAMP =
  "`load_tstamp` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When the row was inserted. Of several copies the last one counts.'";

/**
 * A part is written as one file below this size (uncompressed) and as one or two files a column above it. With 140 columns the
 * standard of 10 MB makes files of nearly every insert: merging them costs the engine more than twice as much.
 */
const WIDE_PART_BYTES = 128 * 1024 * 1024;

function creation(table: AnyTable): string {
  const lines = [...table.columns.map(columnLine), LOAD_TSTAMP].map((line) => `    ${line}`).join(',\n');
  return [
    `-- ${table.summary} From the topic ${table.topic.name}: one row a record, copies included until they are merged.`,
    '-- Partitioned by server time alone: by a time that a client sets, one hostile payload would open partitions without end.',
    '-- The sorting key holds only what two copies of a record share, so that they become one.',
    `CREATE TABLE IF NOT EXISTS {{database}}.${table.stored}{{on_cluster}}`,
    `(\n${lines}\n)`,
    'ENGINE = {{replacing_engine}}(load_tstamp)',
    'PARTITION BY toYYYYMM(collector_tstamp)',
    `ORDER BY (${table.sortedBy.map(quoted).join(', ')})`,
    `TTL toDateTime(collector_tstamp) + toIntervalDay({{days.${table.view}}})`,
    `SETTINGS allow_nullable_key = 1, min_bytes_for_wide_part = ${WIDE_PART_BYTES}, {{deduplication}};`,
    '',
    views(table),
  ].join('\n');
}

function addition(table: AnyTable, columns: readonly Column[]): string {
  const lines = columns.map((column) => `    ADD COLUMN IF NOT EXISTS ${columnLine(column)}`).join(',\n');
  return [
    `-- New fields of the records of ${table.topic.name}.`,
    `ALTER TABLE {{database}}.${table.stored}{{on_cluster}}`,
    `${lines};`,
    '',
    views(table),
    ...(table.view === tables.failedEvents.view ? [failedEventStatus(table)] : []),
  ].join('\n');
}

const columnLine = ({ name, stored, comment }: Column): string =>
  `\`${name}\` ${stored} COMMENT '${comment.replace(/[\\']/g, '\\$&')}'`;

/** An expression stands for itself, a name may be a word of the language. */
const quoted = (expression: string): string => (/^\w+$/.test(expression) ? `\`${expression}\`` : expression);

function views(table: AnyTable): string {
  const names = [...table.columns.map(({ name }) => name), 'load_tstamp']
    .map((name) => `    \`${name}\``)
    .join(',\n');
  return [
    `-- ${table.summary} Without copies: this is what to read.`,
    `CREATE OR REPLACE VIEW {{database}}.${table.view}{{on_cluster}} AS`,
    `SELECT\n${names}`,
    `FROM {{database}}.${table.stored} FINAL;`,
    '',
    ...(table.view === tables.events.view ? [CONTEXTS] : []),
  ].join('\n');
}

const CONTEXTS = `
-- One row for each context of an event, whether the tracker sent it or an enrichment added it.
CREATE OR REPLACE VIEW {{database}}.event_contexts{{on_cluster}} AS
SELECT
    app_id,
    event_id,
    event_name,
    collector_tstamp,
    derived_tstamp,
    context.vendor AS vendor,
    context.name AS name,
    context.format AS format,
    context.model AS model,
    context.revision AS revision,
    context.addition AS addition,
    context.data AS data
FROM {{database}}.events
ARRAY JOIN arrayConcat(contexts, derived_contexts) AS context;
`;

/**
 * The failed events with what became of them. Made by hand first, in 0007, after the table of resolutions that it reads; a new
 * column of the failed events makes it anew.
 */
export function failedEventStatus(table: AnyTable): string {
  const names = [...table.columns.map(({ name }) => name), 'load_tstamp']
    .map((name) => `    failed.\`${name}\` AS \`${name}\``)
    .join(',\n');
  return `
-- Failed events with what became of them: \`resolution\` is empty while nothing stands for the event, neither a row of \`events\` nor a later
-- failed event. An event that comes to fail again under its old failed_id, after another failure stood for it, is unresolved again.
CREATE OR REPLACE VIEW {{database}}.failed_event_status{{on_cluster}} AS
WITH outcome.resolution = 'loaded' OR (outcome.resolution = 'failed_again' AND outcome.resolved_at >= failed.load_tstamp) AS is_resolved
SELECT
${names},
    if(is_resolved, outcome.resolution, '') AS resolution,
    if(is_resolved, outcome.resolved_by, '') AS resolved_by,
    if(is_resolved, outcome.resolved_at, NULL) AS resolved_at
FROM {{database}}.failed_events AS failed
LEFT JOIN {{database}}.failed_event_resolutions AS outcome ON failed.failed_id = outcome.failed_id;
`;
}

function embedded(migrations: readonly Migration[]): string {
  const entries = migrations.map(
    ({ file, sql }) =>
      `  {\n    number: ${Number(file.slice(0, 4))},\n    name: '${file.slice(5, -'.sql'.length)}',\n    sql: ${JSON.stringify(sql)},\n  },\n`,
  );
  return (
    `// Generated from ${FOLDER} by \`npm run generate\`. Do not edit.\n` +
    `\nexport const migrations = [\n${entries.join('')}] as const;\n`
  );
}
