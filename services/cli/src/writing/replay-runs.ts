import type { ClickHouse } from '@headwater/clickhouse';
import type { Cursor } from '../reading/failed-events';
import type { Filter } from '../reading/filter';

/** What a run of replays is, and how far it has come: its audit record, and all that is needed to go on with it. */
export interface ReplayRun {
  readonly runId: string;
  readonly status: 'running' | 'interrupted' | 'finished' | 'failed';
  /** Milliseconds, by the clock of the database. */
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly operator: string;
  /** Name and version of the program. */
  readonly program: string;
  readonly filter: Filter;
  /** Null: sent as they were. */
  readonly recipe: {
    readonly name: string;
    readonly version: number;
    readonly sha256: string;
    readonly reviewedBy: string;
  } | null;
  readonly dryRun: boolean;
  readonly selected: number;
  readonly sent: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly cursor: Cursor | null;
}

/** The table `replay_runs`. */
export class ReplayRuns {
  constructor(private readonly clickhouse: ClickHouse) {}

  /** Writes the state of a run; the last one counts. */
  async record(run: ReplayRun): Promise<void> {
    const { recipe, cursor } = run;
    await this.clickhouse.command(
      `INSERT INTO replay_runs_stored
        (run_id, status, started_at, updated_at, finished_at, operator, program, filter, recipe_name, recipe_version, recipe_sha256, reviewed_by,
         dry_run, selected, sent, refused, cursor_tstamp, cursor_failed_id)
       SELECT {runId:UUID}, {status:String}, fromUnixTimestamp64Milli({startedAt:Int64}), now64(3, 'UTC'),
         if({finishedAt:Int64} = 0, NULL, fromUnixTimestamp64Milli({finishedAt:Int64})), {operator:String}, {program:String}, {filter:String},
         {recipeName:String}, {recipeVersion:UInt32}, {recipeSha256:String}, {reviewedBy:String}, {dryRun:Bool}, {selected:UInt64}, {sent:UInt64},
         {refused:Map(String, UInt64)},
         if({cursorId:String} = '', NULL, fromUnixTimestamp64Milli({cursorTstamp:Int64})), {cursorId:String}`,
      {
        runId: run.runId,
        status: run.status,
        startedAt: run.startedAt,
        finishedAt: run.finishedAt ?? 0,
        operator: run.operator,
        program: run.program,
        filter: JSON.stringify(run.filter),
        recipeName: recipe?.name ?? '',
        recipeVersion: recipe?.version ?? 0,
        recipeSha256: recipe?.sha256 ?? '',
        reviewedBy: recipe?.reviewedBy ?? '',
        dryRun: run.dryRun,
        selected: run.selected,
        sent: run.sent,
        refused: run.refused,
        cursorTstamp: cursor?.tstamp ?? 0,
        cursorId: cursor?.failedId ?? '',
      },
    );
  }

  /** One run; null where there is none. */
  async find(runId: string): Promise<ReplayRun | null> {
    const [row] = await this.select('WHERE run_id = {runId:UUID}', { runId });
    return row ?? null;
  }

  latest(limit: number): Promise<readonly ReplayRun[]> {
    return this.select('ORDER BY started_at DESC LIMIT {limit:UInt32}', { limit });
  }

  private async select(
    rest: string,
    params: Readonly<Record<string, unknown>>,
  ): Promise<readonly ReplayRun[]> {
    const rows = await this.clickhouse.query<Row>(
      `SELECT toString(run_id) AS run, status, toUnixTimestamp64Milli(started_at) AS started, toUnixTimestamp64Milli(finished_at) AS finished, operator,
              program, filter, recipe_name, recipe_version, recipe_sha256, reviewed_by, dry_run, selected, sent, refused,
              toUnixTimestamp64Milli(cursor_tstamp) AS cursor_time, cursor_failed_id
       FROM replay_runs ${rest}`,
      params,
    );
    return rows.map(runOf);
  }
}

interface Row {
  readonly run: string;
  readonly status: ReplayRun['status'];
  readonly started: number;
  readonly finished: number | null;
  readonly operator: string;
  readonly program: string;
  readonly filter: string;
  readonly recipe_name: string;
  readonly recipe_version: number;
  readonly recipe_sha256: string;
  readonly reviewed_by: string;
  readonly dry_run: boolean;
  readonly selected: number;
  readonly sent: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly cursor_time: number | null;
  readonly cursor_failed_id: string;
}

const runOf = (row: Row): ReplayRun => ({
  runId: row.run,
  status: row.status,
  startedAt: row.started,
  finishedAt: row.finished,
  operator: row.operator,
  program: row.program,
  filter: JSON.parse(row.filter) as Filter,
  recipe:
    row.recipe_name === ''
      ? null
      : {
          name: row.recipe_name,
          version: row.recipe_version,
          sha256: row.recipe_sha256,
          reviewedBy: row.reviewed_by,
        },
  dryRun: row.dry_run,
  selected: row.selected,
  sent: row.sent,
  refused: row.refused,
  cursor: row.cursor_time === null ? null : { tstamp: row.cursor_time, failedId: row.cursor_failed_id },
});
