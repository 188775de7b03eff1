import type { ClickHouse } from './clickhouse';

/** A column as a program expects to find it. */
export interface ExpectedColumn {
  readonly name: string;
  /** Type, as ClickHouse writes it. */
  readonly stored: string;
}

/**
 * What differs between a table and what a program writes to it, as a sentence with what to do; null when nothing does. Columns
 * that a later version has added do not count.
 */
export async function tableProblem(
  clickhouse: ClickHouse,
  table: string,
  columns: readonly ExpectedColumn[],
): Promise<string | null> {
  const rows = await clickhouse.query<{ name: string; type: string }>(
    'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}',
    { database: clickhouse.database, table },
  );
  const remedy = 'Run the job `migrate` of this version; if it has been run, undo what was changed by hand.';
  if (rows.length === 0) return `There is no table ${clickhouse.database}.${table}. ${remedy}`;
  const found = new Map(rows.map(({ name, type }) => [name, type]));
  const problems = columns.flatMap(({ name, stored }) => {
    const type = found.get(name);
    if (type === undefined) return [`${name} is missing`];
    return plain(type) === plain(stored) ? [] : [`${name} is ${type} instead of ${stored}`];
  });
  if (problems.length === 0) return null;
  return `The table ${clickhouse.database}.${table} is not as this version needs it: ${problems.join('; ')}. ${remedy}`;
}

/** Names of tuple fields may be quoted or not. */
const plain = (type: string): string => type.replaceAll('`', '');
