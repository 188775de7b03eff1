import type { EventKind, SelfDescribing } from '@headwater/contracts';
import { versionOf, type SchemaKey } from './iglu-uri';

/** The atomic fields that name the schema of an event. */
export interface EventSchema {
  readonly event_vendor: string | null;
  readonly event_name: string | null;
  readonly event_format: string | null;
  readonly event_version: string | null;
}

const SNOWPLOW = 'com.snowplowanalytics.snowplow';

const builtIn = (vendor: string, name: string): EventSchema => ({
  event_vendor: vendor,
  event_name: name,
  event_format: 'jsonschema',
  event_version: '1-0-0',
});

const none: EventSchema = { event_vendor: null, event_name: null, event_format: null, event_version: null };

/** Schemas of the kinds of event that have parameters of their own. */
const schemaOfKind: Readonly<Record<EventKind, EventSchema>> = {
  unknown: none,
  page_view: builtIn(SNOWPLOW, 'page_view'),
  page_ping: builtIn(SNOWPLOW, 'page_ping'),
  struct: builtIn('com.google.analytics', 'event'),
  unstruct: none,
  transaction: builtIn(SNOWPLOW, 'transaction'),
  transaction_item: builtIn(SNOWPLOW, 'transaction_item'),
  ad_impression: builtIn(SNOWPLOW, 'ad_impression'),
};

/** Vendor, name, format and version of an event: those of its kind, or those of its self-describing data. */
export function eventSchemaOf(event: EventKind | null, unstruct: SelfDescribing | null): EventSchema {
  if (event === null) return none;
  return event === 'unstruct' && unstruct ? eventSchema(unstruct) : schemaOfKind[event];
}

const eventSchema = (key: SchemaKey): EventSchema => ({
  event_vendor: key.vendor,
  event_name: key.name,
  event_format: key.format,
  event_version: versionOf(key),
});
