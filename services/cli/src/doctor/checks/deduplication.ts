import { allTables } from '@headwater/loading';
import type { Check } from '../check';
import { ok, problem, warning, type Finding } from '../finding';

/** Blocks that a table must remember: a loader that was stopped must find its token again. */
const LEAST_BLOCKS = 1_000;
/** The retention of `valid-events`: the longest time after which a block may be inserted again. */
const LEAST_SECONDS = 604_800;

interface TableRow {
  readonly name: string;
  readonly engine: string;
  readonly settings: string;
}

export const deduplication: Check = {
  name: 'deduplication',
  summary: 'the tables recognise a block that is inserted twice',
  runbook: 'deduplication',
  run: async ({ database }) => {
    const tables = await database.query<TableRow>(
      `SELECT name, engine, engine_full AS settings FROM system.tables
       WHERE database = {database:String} AND name IN {names:Array(String)} ORDER BY name`,
      // What the command line keeps of its own is not inserted in batches.
      { database: database.name, names: allTables.map(({ stored }) => stored) },
    );
    if (tables.length === 0)
      return [problem('tables', 'There is none.', 'Run the job `migrate`.', 'E_CLICKHOUSE_TABLES')];
    return tables.map(findingOf);
  },
};

function findingOf({ name, engine, settings }: TableRow): Finding {
  const subject = `table ${name}`;
  const replicated = engine.startsWith('Replicated');
  const prefix = replicated ? 'replicated' : 'non_replicated';
  const blocks = settingOf(settings, `${prefix}_deduplication_window`);
  const seconds = replicated ? settingOf(settings, 'replicated_deduplication_window_seconds') : Infinity;
  const remedy = `ALTER TABLE ${name} MODIFY SETTING ${prefix}_deduplication_window = 10000${replicated ? `, replicated_deduplication_window_seconds = ${String(LEAST_SECONDS)}` : ''}`;
  if (blocks === 0)
    return problem(
      subject,
      'It remembers no block: a batch that is inserted again after a crash is stored twice.',
      remedy,
    );
  if (blocks < LEAST_BLOCKS || seconds < LEAST_SECONDS)
    return warning(
      subject,
      `It remembers ${String(blocks)} blocks${replicated ? ` for ${String(seconds)} s` : ''}: after a longer outage a batch may be stored twice until it is merged.`,
      remedy,
    );
  return ok(
    subject,
    `It remembers ${String(blocks)} blocks${replicated ? ` for ${String(seconds)} s` : ''}.`,
  );
}

/** Zero where the table does not name it: on plain MergeTree that is ClickHouse's default. */
function settingOf(settings: string, name: string): number {
  const found = new RegExp(`(?:^|[ ,])${name} = (\\d+)`).exec(settings)?.[1];
  return found === undefined ? 0 : Number(found);
}
