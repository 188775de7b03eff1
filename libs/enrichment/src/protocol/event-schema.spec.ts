import { eventSchemaOf } from './event-schema';

const click = {
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model: 2,
  revision: 1,
  addition: 3,
  data: '{}',
};

it.each([
  ['page_view', 'com.snowplowanalytics.snowplow', 'page_view', '1-0-0'],
  ['page_ping', 'com.snowplowanalytics.snowplow', 'page_ping', '1-0-0'],
  ['struct', 'com.google.analytics', 'event', '1-0-0'],
  ['transaction', 'com.snowplowanalytics.snowplow', 'transaction', '1-0-0'],
  ['transaction_item', 'com.snowplowanalytics.snowplow', 'transaction_item', '1-0-0'],
  ['ad_impression', 'com.snowplowanalytics.snowplow', 'ad_impression', '1-0-0'],
  ['unstruct', 'com.acme', 'click', '2-1-3'],
] as const)('names the schema of %s', (kind, event_vendor, event_name, event_version) => {
  expect(eventSchemaOf(kind, click)).toEqual({
    event_vendor,
    event_name,
    event_format: 'jsonschema',
    event_version,
  });
});

it.each([
  ['an unknown kind', null, click],
  ['a self-describing event without data', 'unstruct', null],
] as const)('names none for %s', (_case, kind, unstruct) => {
  expect(eventSchemaOf(kind, unstruct).event_name).toBeNull();
});
