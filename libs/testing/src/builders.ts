import {
  schemas,
  type CollectorPayload,
  type EnrichedEvent,
  type FailedEvent,
  type Replay,
  type SchemaName,
} from '@headwater/contracts';

/** 2026-06-21 00:00:00.000 UTC: the time that everything built here starts from. */
export const BUILT_AT = 1_782_000_000_000;

const fieldsOf = (schema: SchemaName): readonly { readonly name: string }[] =>
  (schemas[schema] as { readonly fields: readonly { readonly name: string }[] }).fields;

/** A record with every field of its schema, in order: those not named are null. */
const filled = <T extends object>(schema: SchemaName, known: Partial<T>): T =>
  ({ ...Object.fromEntries(fieldsOf(schema).map(({ name }) => [name, null])), ...known }) as T;

const pageView = filled<EnrichedEvent>('EnrichedEvent', {
  app_id: 'shop',
  event_id: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
  collector_tstamp: BUILT_AT,
  platform: 'web',
  event: 'page_view',
  event_vendor: 'com.snowplowanalytics.snowplow',
  event_name: 'page_view',
  event_format: 'jsonschema',
  event_version: '1-0-0',
  event_fingerprint: '9d5ed678fe57bcca610140957afab571',
  payload_id: '0b4f3a52-7a3e-4b83-9d0a-3a4f3d5b1c11',
  payload_index: 0,
  dvce_created_tstamp: BUILT_AT - 1_000,
  dvce_sent_tstamp: BUILT_AT,
  derived_tstamp: BUILT_AT - 1_000,
  v_tracker: 'js-4.10.1',
  v_collector: 'headwater-collector/0.1.0',
  v_etl: 'headwater-enricher/0.1.0',
  geo_country: 'GB',
  is_bot: false,
});

const onePageView = filled<CollectorPayload>('CollectorPayload', {
  payload_id: '0b4f3a52-7a3e-4b83-9d0a-3a4f3d5b1c11',
  collector_tstamp: BUILT_AT,
  collector: 'headwater-collector/0.1.0',
  method: 'POST',
  path: '/com.snowplowanalytics.snowplow/tp2',
  content_type: 'application/json; charset=utf-8',
  hostname: 'collect.shop.example',
  ip_address: '203.0.113.0',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  headers: {},
  anonymous: false,
});

const unsplittable = filled<FailedEvent>('FailedEvent', {
  failed_id: '1b9dfc4e-0f6e-5c3a-8d5e-6a1f2b3c4d5e',
  app_id: 'shop',
  collector_tstamp: BUILT_AT,
  stage: 'enricher',
  failure_type: 'tracker_protocol_violation',
  failures: [],
  processor: 'headwater-enricher/0.1.0',
  replayable: true,
});

/** An enriched page view of the app `shop`, with whatever the test is about put in its place. */
export const anEnrichedEvent = (known: Partial<EnrichedEvent> = {}): EnrichedEvent => ({
  ...pageView,
  ...known,
});

/** A failed event of the app `shop`, with whatever the test is about put in its place. */
export const aFailedEvent = (known: Partial<FailedEvent> = {}): FailedEvent => ({
  ...unsplittable,
  ...known,
});

/** The failed event's way back, a day later, with whatever the test is about put in its place. */
export const aReplay = (known: Partial<Replay> = {}): Replay => ({
  ...filled<Replay>('Replay', {
    failed_id: '1b9dfc4e-0f6e-5c3a-8d5e-6a1f2b3c4d5e',
    app_id: 'shop',
    collector_tstamp: BUILT_AT,
    replay_id: '0c4d9f2a-6f0d-5c7e-9a53-0f1d1a7f4e26',
    replayed_at: BUILT_AT + 86_400_000,
    event_id: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
    payload_id: '0b4f3a52-7a3e-4b83-9d0a-3a4f3d5b1c11',
    payload_index: 0,
    geo_country: 'GB',
    pseudonym_key_id: 'test-1',
    parameters: {
      e: 'pv',
      p: 'web',
      tv: 'js-4.10.1',
      aid: 'shop',
      eid: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
    },
  }),
  ...known,
});

/** The parameters of one event, as a tracker puts them on the wire. */
export type TrackerEvent = Readonly<Record<string, unknown>>;

/** The least that a tracker sends: a page view of the app `shop`. */
export const aTrackerEvent = (known: TrackerEvent = {}): TrackerEvent => ({
  e: 'pv',
  p: 'web',
  tv: 'js-4.10.1',
  aid: 'shop',
  eid: '6f1d9c1e-52a5-4d1c-8f0e-2f7b8f0c9a10',
  ...known,
});

/** What a POST to tp2 carries for these events. */
export const tp2Body = (...events: readonly unknown[]): Buffer =>
  Buffer.from(
    JSON.stringify({
      schema: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4',
      data: events,
    }),
  );

/** A POST to tp2 with one page view, with whatever the test is about put in its place. */
export const aCollectorPayload = (known: Partial<CollectorPayload> = {}): CollectorPayload => ({
  ...onePageView,
  body: tp2Body(aTrackerEvent()),
  ...known,
});
