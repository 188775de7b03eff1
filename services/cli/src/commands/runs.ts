import { countOf, isOn, type Command } from '../command';
import { withClickHouse } from '../connect';
import { jsonLine, tableOf, timeText, type Column } from '../output/table';
import { ReplayRuns, type ReplayRun } from '../writing/replay-runs';

const columns: readonly Column<ReplayRun>[] = [
  { title: 'RUN', of: ({ runId }) => runId },
  { title: 'STARTED (UTC)', of: ({ startedAt }) => timeText(startedAt).slice(0, 19) },
  { title: 'STATUS', of: ({ status, dryRun }) => (dryRun ? `${status} (dry)` : status) },
  { title: 'OPERATOR', of: ({ operator }) => operator, longest: 30 },
  {
    title: 'RECIPE',
    of: ({ recipe }) => (recipe ? `${recipe.name}@${recipe.version}` : 'as it was'),
    longest: 40,
  },
  { title: 'LOOKED AT', of: ({ selected }) => String(selected), right: true },
  { title: 'SENT', of: ({ sent }) => String(sent), right: true },
  { title: 'FILTER', of: ({ filter }) => JSON.stringify(filter), longest: 60 },
];

export const runs: Command = {
  name: 'runs',
  does: 'the audit record: who replayed what, and how it went',
  takes: [],
  options: { limit: { type: 'string', shows: 'N', help: 'at most so many, latest first (20)' } },
  more: 'A run that was interrupted goes on with `headwater failed replay --run RUN`.',
  run: (_args, values, { env, out, err }) =>
    withClickHouse(env, async (clickhouse) => {
      const found = await new ReplayRuns(clickhouse).latest(countOf(values, 'limit', 20));
      if (isOn(values, 'json')) for (const run of found) out(jsonLine(run));
      else if (found.length === 0) err('Nothing was replayed yet.\n');
      else out(tableOf(columns, found));
      return 0;
    }),
};
