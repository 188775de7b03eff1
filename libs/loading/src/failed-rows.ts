import type { EnrichedEvent, FailedEvent } from '@headwater/contracts';
import {
  contentId,
  describeEvent,
  failedEvent,
  failure,
  maskAddresses,
  type FailedSubject,
  type Processor,
  type Undecodable,
} from '@headwater/stage';
import type { Row } from './range';
import type { AnyTable } from './tables';

/** Longest text of a record other than an event that its failed event keeps, in characters. */
export const MAX_KEPT_TEXT = 65_536;

/** The tracker parameters that an event came from, as far as it still holds them. */
export type ParametersOf = (event: EnrichedEvent) => Readonly<Record<string, string>>;

/** Where a record stood. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** A failed event for a row that the database refused because of its content. `why` must not quote the content. */
export function refusedRow(
  processor: Processor,
  table: AnyTable,
  row: Row,
  why: string,
  parametersOf: ParametersOf,
): FailedEvent {
  const problem = failure('loading_failure', `The table ${table.stored} does not take this record: ${why}`, {
    expectation: `a record that fits ${table.stored}`,
    source: 'loader',
  });
  const subject =
    table.topic.schema === 'EnrichedEvent'
      ? subjectOfEvent(row.value as EnrichedEvent, parametersOf)
      : subjectOfRecord(table, row.value);
  return failedEvent('loader', processor, [problem], subject);
}

/** A failed event for bytes that are not what the topic holds: their place, and none of them. */
export function undecodableRow(processor: Processor, place: Place, record: Undecodable): FailedEvent {
  const { reason, length, sha256 } = record.undecodable;
  const { topic, partition } = place;
  const problem = failure(
    'undecodable_record',
    `The record in ${topic}/${partition} at offset ${record.offset} is not what the topic holds: ${reason}.`,
    { source: 'decoder' },
  );
  return failedEvent('loader', processor, [problem], {
    app_id: 'unknown',
    collector_tstamp: record.timestamp,
    reference: { topic, partition, offset: Number(record.offset), length, sha256 },
    replayable: false,
    not_replayable_reason: 'The content could not be decoded; only its place is kept.',
  });
}

/**
 * What is left of a failed event that its table refused: that it failed, where and as what. A failed event must not fail into
 * the topic that it came from, or it would come back for ever; this one has nothing that could be refused.
 */
export function minimalFailedEvent(event: FailedEvent, why: string): FailedEvent {
  const problem = failure(
    'loading_failure',
    `The table of failed events does not take all of this failed event: ${why} The rest of it is in the topic failed-events for as long as that keeps it.`,
    { source: 'loader' },
  );
  const { app_id, collector_tstamp, stage, failure_type, processor, event_name, failed_id } = event;
  const minimal = failedEvent(stage ?? 'unknown', 'headwater-loader/minimal', [problem], {
    app_id,
    collector_tstamp,
    event_name,
    replayable: false,
    not_replayable_reason: 'Its content could not be stored.',
  });
  return {
    ...minimal,
    stage,
    failure_type,
    processor,
    failed_id: isUuid(failed_id) ? failed_id : contentId('failed-event', failed_id),
  };
}

const subjectOfEvent = (event: EnrichedEvent, parametersOf: ParametersOf): FailedSubject => ({
  ...describeEvent(event),
  parameters: parametersOf(event),
  replayable: true,
});

/** A summary or an alert: not an event, so there is nothing to replay, but nothing is thrown away either. */
function subjectOfRecord(table: AnyTable, value: object): FailedSubject {
  const record = value as Readonly<Record<string, unknown>> &
    Pick<FailedEvent, 'app_id' | 'collector_tstamp'>;
  const json = maskAddresses(JSON.stringify(value));
  return {
    app_id: record.app_id,
    collector_tstamp: record.collector_tstamp,
    event_fingerprint: String(record[table.id]),
    payload: json.length <= MAX_KEPT_TEXT ? json : `${json.slice(0, MAX_KEPT_TEXT - 1)}…`,
    replayable: false,
    not_replayable_reason: `It is no event but a record of the topic ${table.topic.name}.`,
  };
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
