import type { FailedEvent, Failure } from '@headwater/contracts';

/** A failed event, and what became of it. */
export interface StatusRow {
  readonly event: FailedEvent;
  /** Empty while nothing stands for it. */
  readonly resolution: '' | 'loaded' | 'failed_again';
  readonly resolved_by: string | null;
  /** Milliseconds since 1970. */
  readonly resolved_at: number | null;
}

type Row = Readonly<Record<string, unknown>>;

const times = ['collector_tstamp', 'dvce_created_tstamp', 'dvce_sent_tstamp', 'replayed_at', 'resolved_at'];
const plain = [
  'app_id stage failure_type failures processor event_id event event_name platform name_tracker v_tracker event_fingerprint payload_id',
  'payload_index geo_country useragent pseudonym_key_id path content_type parameters payload reference replayable not_replayable_reason',
  'replay_id replay_of resolution resolved_by',
].flatMap((names) => names.split(' '));

/** What is selected from `failed_event_status`: times in milliseconds. */
export const statusColumns = [
  'failed_id',
  ...plain,
  ...times.map((name) => `toUnixTimestamp64Milli(${name}) AS ${name}_ms`),
].join(', ');

/** A row of `failed_event_status` as it was before it was stored: an empty text was null, for one. */
export function statusRowOf(row: Row): StatusRow {
  const parameters = row['parameters'] as Readonly<Record<string, string>>;
  const reference = row['reference'] as NonNullable<FailedEvent['reference']>;
  const event: FailedEvent = {
    failed_id: String(row['failed_id']),
    app_id: String(row['app_id']),
    collector_tstamp: Number(row['collector_tstamp_ms']),
    stage: textOf(row, 'stage') as FailedEvent['stage'],
    failure_type: textOf(row, 'failure_type') as FailedEvent['failure_type'],
    failures: (row['failures'] as readonly Row[]).map(failureOf),
    processor: textOf(row, 'processor'),
    event_id: textOf(row, 'event_id'),
    event: textOf(row, 'event') as FailedEvent['event'],
    event_name: textOf(row, 'event_name'),
    platform: textOf(row, 'platform') as FailedEvent['platform'],
    name_tracker: textOf(row, 'name_tracker'),
    v_tracker: textOf(row, 'v_tracker'),
    event_fingerprint: textOf(row, 'event_fingerprint'),
    payload_id: textOf(row, 'payload_id'),
    payload_index: numberOf(row, 'payload_index'),
    dvce_created_tstamp: numberOf(row, 'dvce_created_tstamp_ms'),
    dvce_sent_tstamp: numberOf(row, 'dvce_sent_tstamp_ms'),
    geo_country: textOf(row, 'geo_country'),
    useragent: textOf(row, 'useragent'),
    pseudonym_key_id: textOf(row, 'pseudonym_key_id'),
    path: textOf(row, 'path'),
    content_type: textOf(row, 'content_type'),
    parameters: Object.keys(parameters).length === 0 ? null : parameters,
    payload: textOf(row, 'payload'),
    reference: reference.topic === '' ? null : reference,
    replayable: row['replayable'] === null ? null : row['replayable'] === true,
    not_replayable_reason: textOf(row, 'not_replayable_reason'),
    replay_id: textOf(row, 'replay_id'),
    replay_of: textOf(row, 'replay_of'),
    replayed_at: numberOf(row, 'replayed_at_ms'),
  };
  return {
    event,
    resolution: row['resolution'] as StatusRow['resolution'],
    resolved_by: textOf(row, 'resolved_by'),
    resolved_at: numberOf(row, 'resolved_at_ms'),
  };
}

const failureOf = (row: Row): Failure => ({
  type: textOf(row, 'type') as Failure['type'],
  message: textOf(row, 'message'),
  field: textOf(row, 'field'),
  value: textOf(row, 'value'),
  expectation: textOf(row, 'expectation'),
  schema: textOf(row, 'schema'),
  path: textOf(row, 'path'),
  keyword: textOf(row, 'keyword'),
  source: textOf(row, 'source'),
});

const textOf = (row: Row, name: string): string | null => {
  const value = row[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

const numberOf = (row: Row, name: string): number | null => {
  const value = row[name];
  return typeof value === 'number' ? value : null;
};
