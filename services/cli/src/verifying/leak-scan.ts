import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouse } from '@headwater/clickhouse';
import { leaksIn, SUSPICIOUS, type Found, type Leak } from '@headwater/verification';
import { UsageError } from '../command';
import { linesOf } from './ledger-file';

/** Suspicious rows of one query: so many fit into memory well. */
const PAGE_ROWS = 10_000;
const TIMEOUT_MS = 10_000;

interface TableColumn {
  readonly table: string;
  readonly column: string;
  readonly hasApp: number;
}

/** The canaries in a text, but for those that may be there, each with where the text stands. */
export const leaksAt = (
  where: string,
  text: string,
  mayBe: (found: Found) => boolean = () => false,
): readonly Leak[] =>
  leaksIn(text)
    .filter((found) => !mayBe(found))
    .map(({ encoding, text: found }) => ({ where, encoding, found }));

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
    // A column may hold nothing.
    const texts = own.map(({ column }) => `ifNull(toString(\`${column}\`), '')`);
    const whole = `arrayStringConcat([${texts.join(', ')}], '\\n')`;
    // Rows about all apps, or of an app that nobody could tell, can hold what this run sent as well.
    const whose = own[0]?.hasApp ? `app_id IN ({app:String}, '*', '') AND ` : '';
    const where = `FROM \`${table}\` WHERE ${whose}match(${whole}, {suspicious:String})`;
    const given = { app, suspicious: SUSPICIOUS };
    const [found] = await clickhouse.query<{ readonly suspects: number }>(
      `SELECT toUInt32(count()) AS suspects ${where}`,
      given,
    );
    const pages = Math.ceil((found?.suspects ?? 0) / PAGE_ROWS);
    for (let page = 0; page < pages; page += 1) {
      const rows = await clickhouse.query<{ readonly texts: readonly string[] }>(
        `SELECT [${texts.join(', ')}] AS texts ${where} AND cityHash64(${whole}) % {pages:UInt32} = {page:UInt32}`,
        { ...given, pages, page },
      );
      for (const row of rows)
        for (const [index, text] of row.texts.entries())
          for (const leak of leaksAt(`table ${table}, column ${own[index]?.column ?? ''}`, text))
            leaks.push(leak);
    }
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
      for (const leak of leaksAt(`${path}, line ${String(number)}`, line)) leaks.push(leak);
    }
  }
  return leaks;
}

/**
 * Looks for canaries in what addresses answer.
 *
 * @param token is sent to each of them, but to those that bring a name and a password of their own
 * @throws what `fetch` throws, and an error for another status than 200
 */
export async function scanMetrics(urls: readonly string[], token: string | null): Promise<readonly Leak[]> {
  const leaks: Leak[] = [];
  for (const url of urls) {
    const where = withoutSecrets(url);
    const answer = await fetch(where, {
      headers: authorization(url, token),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await answer.text();
    if (!answer.ok)
      throw Object.assign(new Error(`${where} answers ${String(answer.status)}: ${advice(answer.status)}`), {
        code: 'E_METRICS',
      });
    for (const line of text.split('\n')) for (const leak of leaksAt(where, line)) leaks.push(leak);
  }
  return leaks;
}

const advice = (status: number): string =>
  status === 401 || status === 403
    ? 'set ADMIN__TOKEN_FILE to the token of the services.'
    : 'give --metrics an address that can be read.';

/** @throws {UsageError} for what is no address */
export function metricsUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError(`--metrics is "${text}". Give an address like http://127.0.0.1:9092/metrics.`);
  return url.href;
}

/** An address without the name and the password that may stand in it: for reports, and for `fetch`, which takes none. */
export function withoutSecrets(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

function authorization(address: string, token: string | null): Record<string, string> {
  const { username, password } = new URL(address);
  if (username !== '' || password !== '') {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  }
  return token === null ? {} : { authorization: `Bearer ${token}` };
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
