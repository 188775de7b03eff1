import { countOf, isOn, type Command } from '../command';
import { withClickHouse } from '../connect';
import { jsonLine, tableOf, timeText, withShortSchemas, type Column } from '../output/table';
import type { StatusRow } from '../reading/failed-event-row';
import { FailedEvents } from '../reading/failed-events';
import { filterOf, filterOptions } from '../reading/filter';

const columns: readonly Column<StatusRow>[] = [
  { title: 'FAILED_ID', of: ({ event }) => event.failed_id },
  { title: 'RECEIVED (UTC)', of: ({ event }) => timeText(event.collector_tstamp).slice(0, 19) },
  { title: 'APP', of: ({ event }) => event.app_id, longest: 20 },
  { title: 'EVENT', of: ({ event }) => event.event_name ?? event.event ?? '', longest: 24 },
  { title: 'TYPE', of: ({ event }) => event.failure_type ?? 'unknown' },
  { title: 'STATE', of: stateOf },
  { title: 'REASON', of: ({ event }) => withShortSchemas(event.failures?.[0]?.message ?? ''), longest: 140 },
];

export const list: Command = {
  name: 'list',
  does: 'failed events, latest first',
  takes: [],
  options: { ...filterOptions, limit: { type: 'string', shows: 'N', help: 'at most so many (50)' } },
  more: '`headwater failed show ID` tells everything about one.',
  run: (_args, values, { env, out, err, now }) =>
    withClickHouse(env, async (clickhouse) => {
      const filter = filterOf(values, now());
      const events = new FailedEvents(clickhouse);
      const rows = await events.page(filter, { limit: countOf(values, 'limit', 50), newestFirst: true });
      if (isOn(values, 'json')) {
        for (const { event, ...status } of rows) out(jsonLine({ ...event, ...status }));
        return 0;
      }
      if (rows.length === 0) {
        err(
          filter.all === true
            ? 'No failed events match.\n'
            : 'No unresolved failed events match; --all shows resolved ones too.\n',
        );
        return 0;
      }
      out(tableOf(columns, rows));
      const count = await events.count(filter);
      if (count > rows.length) err(`${rows.length} of ${count}; --limit shows more.\n`);
      return 0;
    }),
};

/** One word for where a failed event stands. */
export function stateOf({ event, resolution }: StatusRow): string {
  if (resolution === 'loaded') return 'resolved';
  if (resolution === 'failed_again') return 'failed again';
  return event.replayable === true ? 'replayable' : 'kept';
}
