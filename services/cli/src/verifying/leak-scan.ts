import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse } from '@headwater/clickhouse';
import { leaksIn, SUSPICIOUS, type Leak } from '@headwater/verification';
import { UsageError } from '../command';
import { linesOf } from './ledger-file';

/** Suspicious values of one column that are looked at closely. */
const LOOKED_AT = 10_000;
const TIMEOUT_MS = 10_000;

interface TableColumn {
  readonly table: string;
  readonly column: string;
  readonly hasApp: number;
}

/** Looks for canaries in every column of every stored table that can hold text: of the app where rows say whose they are. */
export async function scanTables(clickhouse: ClickHouse, app: string): Promise<readonly Leak[]> {
  const columns = await clickhouse.query<TableColumn>(
    `SELECT table, name AS column, table IN (SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'app_id') AS hasApp
     FROM system.columns
     WHERE database = currentDatabase() AND type LIKE '%String%'
       AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree%')
     ORDER BY table, position`,
  );
  const leaks: Leak[] = [];
  for (const [table, own] of groupedByTable(columns)) {
    const texts = own.map(({ column }) => `toString(\`${column}\`)`);
    const whose = own[0]?.hasApp ? `app_id = {app:String} AND ` : '';
    const rows = await clickhouse.query<{ readonly texts: readonly string[] }>(
      `SELECT [${texts.join(', ')}] AS texts FROM \`${table}\`
       WHERE ${whose}match(arrayStringConcat([${texts.join(', ')}], '\\n'), {suspicious:String}) LIMIT ${String(LOOKED_AT)}`,
      { app, suspicious: SUSPICIOUS },
    );
    for (const row of rows)
      for (const [index, text] of row.texts.entries())
        for (const { encoding, text: found } of leaksIn(text))
          leaks.push({ where: `table ${table}, column ${own[index]?.column ?? ''}`, encoding, found });
  }
  return leaks;
}

/** Looks for canaries in the lines of files, and of all files in folders. */
export async function scanFiles(paths: readonly string[]): Promise<readonly Leak[]> {
  const leaks: Leak[] = [];
  for (const path of paths.flatMap(filesBelow)) {
    let number = 0;
    for await (const line of linesOf(path)) {
      number += 1;
      for (const { encoding, text } of leaksIn(line))
        leaks.push({ where: `${path}, line ${String(number)}`, encoding, found: text });
    }
  }
  return leaks;
}

/** Looks for canaries in what addresses answer. @throws what `fetch` throws, and an error for another status than 200 */
export async function scanMetrics(urls: readonly string[]): Promise<readonly Leak[]> {
  const leaks: Leak[] = [];
  for (const url of urls) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await answer.text();
    if (!answer.ok)
      throw Object.assign(
        new Error(`${url} answers ${String(answer.status)}: give --metrics an address that can be read.`),
        {
          code: 'E_METRICS',
        },
      );
    for (const line of text.split('\n'))
      for (const { encoding, text: found } of leaksIn(line)) leaks.push({ where: url, encoding, found });
  }
  return leaks;
}

/** @throws {UsageError} for a path that is not there: a scan of nothing would prove nothing */
export function filesBelow(path: string): readonly string[] {
  if (!existsSync(path)) throw new UsageError(`--scan names ${path}, and there is no such file or folder.`);
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function groupedByTable(columns: readonly TableColumn[]): ReadonlyMap<string, readonly TableColumn[]> {
  const byTable = new Map<string, TableColumn[]>();
  for (const column of columns) {
    const own = byTable.get(column.table);
    if (own) own.push(column);
    else byTable.set(column.table, [column]);
  }
  return byTable;
}
