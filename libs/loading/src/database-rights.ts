import { allTables, tables } from './tables';

/** What makes and changes the tables, in its order. */
interface Migration {
  readonly sql: string;
}

/** Who signs in to ClickHouse, each with a role of its own. */
export const databaseRoles = ['migrate', 'loader', 'quality-monitor', 'cli', 'verifier', 'reader'] as const;
export type DatabaseRole = (typeof databaseRoles)[number];

/**
 * The name of a role on the server, where roles belong to no database: it begins with the database, so that installations
 * that share a server share no role. `headwater_quality_monitor` in the usual database.
 */
export const roleNameOf = (role: DatabaseRole, database: string): string =>
  `${database}_${role.replaceAll('-', '_')}`;

/** One right: what may be done, and to what. */
export interface DatabaseGrant {
  readonly privileges: readonly string[];
  /** `headwater.events`, `headwater.*` or `system.parts`. */
  readonly on: string;
}

/** Tables of the server that `headwater doctor` looks at. */
const seenByDoctor = ['disks', 'parts', 'merge_tree_settings', 'tables', 'columns'].map(
  (name) => `system.${name}`,
);

/** Where `headwater verify` finds every column that can hold text, to look for addresses in it. */
const seenByVerifier = ['columns', 'tables'].map((name) => `system.${name}`);

/**
 * Exactly what each role needs, from the list of tables and the text of the migrations. A view is read with the rights of
 * whoever reads it, so what it reads from is granted as well.
 */
export function databaseGrantsOf(
  role: DatabaseRole,
  database: string,
  all: readonly Migration[],
): readonly DatabaseGrant[] {
  const views = viewsIn(all);
  const own = (name: string): string => `${database}.${name}`;
  const select = (names: readonly string[]): readonly DatabaseGrant[] =>
    [...new Set(names)].sort().map((name) => ({ privileges: ['SELECT'], on: name }));
  const readable = (names: readonly string[]): readonly DatabaseGrant[] =>
    select(names.flatMap((name) => [name, ...sourcesOf(name, views)]).map(own));
  // Whoever checks whether the tables are those of its version.
  const versions = select([own('schema_migrations')]);
  switch (role) {
    case 'migrate':
      return [
        {
          privileges: [
            'CREATE DATABASE',
            'CREATE TABLE',
            'CREATE VIEW',
            'DROP TABLE',
            'DROP VIEW',
            'ALTER TABLE',
            'ALTER VIEW',
            'SELECT',
            'INSERT',
            'SHOW',
          ],
          on: own('*'),
        },
      ];
    case 'loader':
      return [
        ...allTables.map(({ stored }): DatabaseGrant => ({ privileges: ['INSERT'], on: own(stored) })),
        ...pushedOn(all).map(({ table, columns }): DatabaseGrant => ({
          privileges: [`SELECT(${columns.join(', ')})`],
          on: own(table),
        })),
        ...versions,
      ];
    case 'quality-monitor':
      return readable([tables.stageCounts.view, tables.qualityAlerts.view]);
    case 'cli':
      return [
        ...readable([...views.keys()]),
        ...versions,
        { privileges: ['INSERT'], on: own('replay_runs_stored') },
        ...select(seenByDoctor),
      ];
    case 'verifier':
      return [...readable([...views.keys()]), ...versions, ...select(seenByVerifier)];
    case 'reader':
      return readable([...views.keys()]);
  }
}

/** Each view (without the materialized ones, which nobody reads), with the tables and views that its last definition names. */
function viewsIn(all: readonly Migration[]): ReadonlyMap<string, readonly string[]> {
  const views = new Map<string, readonly string[]>();
  for (const { sql } of all)
    for (const [, name = '', body = ''] of sql.matchAll(
      /CREATE OR REPLACE VIEW \{\{database\}\}\.(\w+)([^;]*)/g,
    ))
      views.set(name, [
        ...new Set([...body.matchAll(/\{\{database\}\}\.(\w+)/g)].map(([, source = '']) => source)),
      ]);
  return views;
}

/**
 * What the materialized views read of a block that is inserted: ClickHouse asks whoever inserts for the right to these columns,
 * and for nothing on the table that a view fills.
 */
function pushedOn(
  all: readonly Migration[],
): readonly { readonly table: string; readonly columns: readonly string[] }[] {
  const columns = new Map<string, Set<string>>();
  for (const { sql } of all)
    for (const [, , body = ''] of sql.matchAll(/CREATE MATERIALIZED VIEW [^.]+\.(\w+)([^;]*)/g)) {
      const table = allTables.find(({ stored }) => body.includes(`FROM {{database}}.${stored}`));
      if (!table) continue;
      const known = new Set([...table.columns.map(({ name }) => name), 'load_tstamp']);
      const read = columns.get(table.stored) ?? new Set<string>();
      for (const [word] of body.matchAll(/\w+/g)) if (known.has(word)) read.add(word);
      columns.set(table.stored, read);
    }
  return [...columns].map(([table, read]) => ({ table, columns: [...read].sort() }));
}

function sourcesOf(name: string, views: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return (views.get(name) ?? []).flatMap((source) => [source, ...sourcesOf(source, views)]);
}
