import { failureTypes, type FailureTypeEntry } from '@headwater/recovery';
import type { FailedEvent, Failure } from '@headwater/contracts';
import { isOn, UsageError, type Command } from '../command';
import { NotThere, withClickHouse } from '../connect';
import { jsonLine, timeText, visible } from '../output/table';
import type { StatusRow } from '../reading/failed-event-row';
import { FailedEvents } from '../reading/failed-events';
import { filterOf } from '../reading/filter';

export const show: Command = {
  name: 'show',
  does: 'everything about one failed event, with what usually helps',
  takes: ['ID'],
  options: {},
  more: 'ID is a failed_id: `headwater failed list` has them.',
  run: ([id = ''], values, { env, out, now }) =>
    withClickHouse(env, async (clickhouse) => {
      const { id: failedId } = filterOf({ id }, now());
      if (failedId === undefined) throw new UsageError('it takes the failed_id of one failed event.');
      const row = await new FailedEvents(clickhouse).find(failedId);
      if (!row)
        throw new NotThere(
          `There is no failed event ${failedId} in the table. It may have expired, or not be loaded yet; \`headwater failed list --all\` shows those that are there.`,
        );
      out(
        isOn(values, 'json')
          ? jsonLine({ ...row.event, ...statusOf(row), about: aboutOf(row.event) })
          : pageOf(row),
      );
      return 0;
    }),
};

const statusOf = ({ resolution, resolved_by, resolved_at }: StatusRow): object => ({
  resolution,
  resolved_by,
  resolved_at,
});
const aboutOf = ({ failure_type }: FailedEvent): FailureTypeEntry => failureTypes[failure_type ?? 'unknown'];

/** The page that `show` prints. */
export function pageOf(row: StatusRow): string {
  const { event } = row;
  const about = aboutOf(event);
  const sections = [
    facts({
      'failed event': event.failed_id,
      received: `${timeText(event.collector_tstamp)} UTC`,
      app: event.app_id,
      event: [event.event, event.event_name].filter((part) => part !== null).join(' '),
      'event id': event.event_id,
      tracker: [event.name_tracker, event.v_tracker].filter((part) => part !== null).join(' '),
      stage: event.processor === null ? event.stage : `${event.stage ?? 'unknown'} (${event.processor})`,
      state: stateText(row),
    }),
    `${event.failure_type ?? 'unknown'}: ${about.meaning}`,
    (event.failures ?? []).map(failureText).join('\n'),
    `Usual causes:\n${bullets(about.causes)}`,
    `What usually helps:\n${bullets(about.fixes)}`,
    replayText(event),
    ...(event.parameters === null
      ? []
      : [
          `Parameters:\n${Object.entries(event.parameters)
            .map(([name, value]) => `  ${visible(name)} = ${visible(value)}`)
            .join('\n')}`,
        ]),
    ...(event.payload === null ? [] : [`Outline of the payload:\n  ${visible(event.payload)}`]),
    ...(event.reference === null
      ? []
      : [
          `The bytes are in ${event.reference.topic}/${event.reference.partition} at offset ${event.reference.offset} (${event.reference.length} bytes, SHA-256 ${event.reference.sha256}).`,
        ]),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function stateText({ resolution, resolved_by, resolved_at }: StatusRow): string {
  if (resolution === 'loaded')
    return `resolved ${timeText(resolved_at)} UTC: event ${resolved_by ?? ''} is in the table`;
  if (resolution === 'failed_again')
    return `replayed, and failed for another reason: failed event ${resolved_by ?? ''} stands for it`;
  return 'unresolved';
}

function failureText({ message, field, value, expectation, schema, path, keyword, source }: Failure): string {
  const details = facts(
    { field, path, value, expected: expectation, schema, keyword, 'reported by': source },
    '      ',
  );
  return `  - ${visible(message ?? '')}${details === '' ? '' : `\n${details}`}`;
}

function replayText({ failed_id, replayable, not_replayable_reason, failure_type }: FailedEvent): string {
  const { replayNote } = failureTypes[failure_type ?? 'unknown'];
  if (replayable !== true)
    return `It cannot be replayed: ${not_replayable_reason ?? (replayNote === '' ? 'it does not say why' : replayNote)}`;
  return `Replay it as it is:    headwater failed replay --id ${failed_id}\nTry a repair first:    headwater failed fix RECIPE --id ${failed_id} --dry-run`;
}

const bullets = (lines: readonly string[]): string => lines.map((line) => `  - ${line}`).join('\n');

const facts = (known: Readonly<Record<string, string | null>>, indent = ''): string =>
  Object.entries(known)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${indent}${name.padEnd(13)} ${visible(value ?? '')}`)
    .join('\n');
