import { badRowOf } from '@headwater/recovery';
import { countOf, textOf, UsageError, type Command } from '../command';
import { withClickHouse } from '../connect';
import { jsonLine } from '../output/table';
import type { StatusRow } from '../reading/failed-event-row';
import { FailedEvents } from '../reading/failed-events';
import { filterOf, filterOptions } from '../reading/filter';

const formats: Readonly<Record<string, (row: StatusRow) => unknown>> = {
  json: ({ event, ...status }) => ({ ...event, ...status }),
  badrows: ({ event }) => badRowOf(event),
};

export const exportFailed: Command = {
  name: 'export',
  does: 'failed events as lines of JSON, also for Snowplow tooling',
  takes: [],
  options: {
    format: {
      type: 'string',
      shows: 'FORMAT',
      help: 'json, or badrows: rows of com.snowplowanalytics.snowplow.badrows',
    },
    ...filterOptions,
    limit: { type: 'string', shows: 'N', help: 'at most so many (all)' },
  },
  more: 'Oldest first. Example: headwater failed export --format badrows --all --since 1d > bad.ndjson',
  run: (_args, values, { env, out, now, stop }) =>
    withClickHouse(env, async (clickhouse) => {
      const name = textOf(values, 'format') ?? 'json';
      const write = Object.hasOwn(formats, name) ? formats[name] : undefined;
      if (!write)
        throw new UsageError(`--format is "${name}". It can be ${Object.keys(formats).join(' or ')}.`);
      const limit = countOf(values, 'limit', 999_999_999);
      for await (const row of new FailedEvents(clickhouse).all(filterOf(values, now()), { limit })) {
        if (stop.aborted) return 1;
        out(jsonLine(write(row)));
      }
      return 0;
    }),
};
