import { countOf, isOn, type Command } from '../command';
import { withClickHouse } from '../connect';
import { jsonLine, tableOf, timeText, withShortSchemas, type Column } from '../output/table';
import { FailedEvents, type Problem } from '../reading/failed-events';
import { filterOf, filterOptions } from '../reading/filter';

const columns: readonly Column<Problem>[] = [
  { title: 'PROBLEM', of: ({ problem_id }) => problem_id },
  { title: 'APP', of: ({ app_id }) => app_id, longest: 20 },
  { title: 'UNRESOLVED', of: ({ unresolved }) => String(unresolved), right: true },
  { title: 'EVENTS', of: ({ events }) => String(events), right: true },
  { title: 'LAST SEEN', of: ({ last_seen }) => timeText(last_seen).slice(0, 19) },
  { title: 'TYPE', of: ({ failure_type }) => failure_type },
  {
    title: 'WHERE',
    of: ({ field, path }) => [field, path].filter((part) => part !== '').join(' '),
    longest: 32,
  },
  { title: 'EXAMPLE', of: ({ example_message }) => withShortSchemas(example_message), longest: 140 },
];

export const problems: Command = {
  name: 'problems',
  does: 'failed events grouped by cause',
  takes: [],
  options: { ...filterOptions, limit: { type: 'string', shows: 'N', help: 'at most so many problems (50)' } },
  more: 'An event with two problems counts in both. `headwater failed list --problem ID` shows the events of one.',
  run: (_args, values, { env, out, err, now }) =>
    withClickHouse(env, async (clickhouse) => {
      const found = await new FailedEvents(clickhouse).problems(
        filterOf(values, now()),
        countOf(values, 'limit', 50),
      );
      if (isOn(values, 'json')) for (const problem of found) out(jsonLine(problem));
      else if (found.length === 0) err('No failed events match.\n');
      else out(tableOf(columns, found));
      return 0;
    }),
};
