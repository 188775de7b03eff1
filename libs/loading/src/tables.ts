import {
  topics,
  type EnrichedEvent,
  type FailedEvent,
  type QualityAlert,
  type RecordOf,
  type SchemaName,
  type StageCounts,
  type Topic,
} from '@headwater/contracts';
import { columnsOf, type Column, type TextHint, type TextHints } from './columns';

/** A table that a topic is loaded into. */
export interface Table<T = object> {
  readonly topic: Topic;
  /** Table that rows are inserted into. */
  readonly stored: string;
  /** View of it without the copies: what people and programs read. */
  readonly view: string;
  readonly summary: string;
  /** Field that makes two rows copies of one another. */
  readonly id: keyof T & string;
  /**
   * Sorting key: only what two copies of a record share. Never a collector, derived or load time: with one of them in the
   * key, copies are different rows for ever.
   */
  readonly sortedBy: readonly string[];
  /** How long rows are kept, counted from collector time, unless the installation sets it. */
  readonly days: number;
  readonly columns: readonly Column[];
}

const all = (hint: TextHint, record: string, fields: string): TextHints =>
  Object.fromEntries(fields.split(' ').map((field) => [`${record}.${field}`, hint]));

/** Which text fields hold few distinct values, UUIDs or money; all other text is plain. */
const hints: TextHints = {
  ...all(
    'repeated',
    'EnrichedEvent',
    'app_id event_vendor event_name event_format event_version name_tracker v_tracker v_collector v_etl pseudonym_key_id ' +
      'geo_country page_urlscheme page_urlhost refr_urlscheme refr_urlhost refr_medium refr_source mkt_medium mkt_source ' +
      'mkt_campaign mkt_network se_category se_action tr_affiliation tr_country tr_currency ti_category ti_currency br_name ' +
      'br_family br_version br_type br_renderengine br_lang os_name os_family os_manufacturer os_timezone dvce_type doc_charset',
  ),
  ...all('uuid', 'EnrichedEvent', 'event_id payload_id'),
  ...all('decimal', 'EnrichedEvent', 'tr_total tr_tax tr_shipping ti_price'),
  ...all('repeated', 'SelfDescribing', 'vendor name format'),
  ...all(
    'repeated',
    'FailedEvent',
    'app_id processor event_name name_tracker v_tracker geo_country pseudonym_key_id content_type not_replayable_reason',
  ),
  ...all('uuid', 'FailedEvent', 'failed_id'),
  ...all('repeated', 'Failure', 'field schema keyword source'),
  ...all('repeated', 'PayloadReference', 'topic'),
  ...all('repeated', 'QualityAlert', 'app_id check series unit runbook'),
  ...all('uuid', 'QualityAlert', 'alert_id'),
  ...all('repeated', 'StageCounts', 'app_id series'),
  ...all('uuid', 'StageCounts', 'counts_id'),
};

const table = <S extends SchemaName>(
  topic: Topic & { readonly schema: S },
  view: string,
  rest: Pick<Table<RecordOf[S]>, 'summary' | 'id' | 'sortedBy' | 'days'>,
): Table<RecordOf[S]> => ({
  topic,
  view,
  stored: `${view}_stored`,
  ...rest,
  columns: columnsOf(topic.schema, hints),
});

/** Every table, in the order of its topic. Migrations, inserts and reference pages are made from this list. */
export const tables = {
  events: table<'EnrichedEvent'>(topics.validEvents, 'events', {
    summary: 'Valid events.',
    id: 'event_id',
    sortedBy: ['app_id', 'event_name', 'toDate(dvce_created_tstamp)', 'event_id'],
    days: 395,
  }),
  failedEvents: table<'FailedEvent'>(topics.failedEvents, 'failed_events', {
    summary: 'Events that could not go on, with every reason.',
    id: 'failed_id',
    sortedBy: ['app_id', 'failure_type', 'failed_id'],
    days: 14,
  }),
  stageCounts: table<'StageCounts'>(topics.stageCounts, 'stage_counts', {
    summary: 'What each stage did, by minute of collector time, app and series.',
    id: 'counts_id',
    // Two copies of a summary are of the same minute: its time is part of its id.
    sortedBy: ['app_id', 'stage', 'series', 'collector_tstamp', 'counts_id'],
    days: 400,
  }),
  qualityAlerts: table<'QualityAlert'>(topics.qualityAlerts, 'quality_alerts', {
    summary: 'Alerts, raised and resolved.',
    id: 'alert_id',
    sortedBy: ['app_id', 'check', 'alert_id'],
    days: 400,
  }),
} as const satisfies {
  readonly events: Table<EnrichedEvent>;
  readonly failedEvents: Table<FailedEvent>;
  readonly stageCounts: Table<StageCounts>;
  readonly qualityAlerts: Table<QualityAlert>;
};

/** Any of the tables, where only what they share matters. */
export type AnyTable = Omit<Table, 'id'> & { readonly id: string };

export const allTables: readonly AnyTable[] = Object.values(tables);
