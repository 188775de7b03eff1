import type { EnrichedEvent, FailedEvent } from '@headwater/contracts';
import {
  contentId,
  failedEvent,
  failure,
  maskAddresses,
  type FailedSubject,
  type Processor,
  type Undecodable,
} from '@headwater/stage';
import type { Row } from './range';
import type { AnyTable } from './tables';

/** Longest text of a refused record that its failed event keeps, in characters. */
export const MAX_KEPT_TEXT = 65_536;

/** Where a record stood. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
}

/** A failed event for a row that the database refused because of its content. `why` must not quote the content. */
export function refusedRow(processor: Processor, table: AnyTable, row: Row, why: string): FailedEvent {
  const problem = failure(
    'loading_failure',
    `The table ${table.stored} does not take this record: ${why}. Correct the value in the application, then replay the event.`,
    { expectation: `a record that fits ${table.stored}`, source: 'loader' },
  );
  return failedEvent('loader', processor, [problem], subjectOf(table, row.value));
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
    `The table of failed events does not take all of this failed event: ${why}. Only what is shown here was kept; the rest is in the topic failed-events for as long as that keeps it.`,
    { source: 'loader' },
  );
  const minimal = failedEvent(
    event.stage ?? 'unknown',
    'headwater-loader/minimal',
    [problem],
    {
      app_id: event.app_id,
      collector_tstamp: event.collector_tstamp,
      event_name: event.event_name,
      replayable: false,
      not_replayable_reason: 'Its content could not be stored.',
    },
  );
  return {
    ...minimal,
    processor: event.processor,
    failure_type: event.failure_type,
    failed_id: isUuid(event.failed_id) ? event.failed_id : contentId('failed-event', event.failed_id),
  };
}

function subjectOf(table: AnyTable, value: object): FailedSubject {
  const record = value as EnrichedEvent;
  const json = JSON.stringify(value);
  const kept = json.length <= MAX_KEPT_TEXT ? maskAddresses(json) : null;
  const { app_id, collector_tstamp } = record;
  if (table.topic.schema !== 'EnrichedEvent')
    return {
      app_id,
      collector_tstamp,
      payload_id: null,
      event_fingerprint: String((value as Readonly<Record<string, unknown>>)[table.id]),
      payload: kept,
      replayable: false,
      not_replayable_reason: `It is no event but a record of the topic ${table.topic.name}.`,
    };
  return {
    app_id,
    collector_tstamp,
    event_id: record.event_id,
    event: record.event,
    event_name: record.event_name,
    platform: record.platform,
    name_tracker: record.name_tracker,
    v_tracker: record.v_tracker,
    event_fingerprint: record.event_fingerprint,
    payload_id: record.payload_id,
    payload_index: record.payload_index,
    dvce_created_tstamp: record.dvce_created_tstamp,
    dvce_sent_tstamp: record.dvce_sent_tstamp,
    geo_country: record.geo_country,
    useragent: record.useragent,
    pseudonym_key_id: record.pseudonym_key_id,
    payload: kept,
    replayable: kept !== null,
    not_replayable_reason: kept === null ? `The event is longer than ${MAX_KEPT_TEXT} characters.` : null,
  };
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
