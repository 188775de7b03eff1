import type { FailedEvent } from '@headwater/contracts';
import { dateTime, maybeUpTo, upTo } from './texts';

const PAYLOAD_DATA = 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4';
const TP2 = { vendor: 'com.snowplowanalytics.snowplow', version: 'tp2' };
const TP1 = { ...TP2, version: 'tp1' };
const PIXEL_PATHS: ReadonlySet<string> = new Set(['/i', '/ice.png']);

/** Vendor and version that a path names, as Snowplow's collector reads it; the path is not kept of an event: then tp2. */
export function vendorOf({ path }: FailedEvent): { readonly vendor: string; readonly version: string } {
  if (path === null || path === '') return TP2;
  if (PIXEL_PATHS.has(path)) return TP1;
  const [vendor = '', ...version] = path.replace(/^\//, '').split('/');
  return { vendor: upTo(64, vendor), version: upTo(16, version.join('/')) };
}

/** The tracker parameters as name and value, 512 characters each: longer ones are found whole in `enriched` or in the body. */
export const parameterList = ({
  parameters,
}: FailedEvent): readonly { readonly name: string; readonly value: string }[] | null =>
  parameters &&
  Object.entries(parameters).map(([name, value]) => ({ name: upTo(512, name), value: upTo(512, value) }));

/** What a POST to tp2 with this event would carry; the outline of a payload that could not be split; or nothing. */
export const bodyOf = ({ parameters, payload }: FailedEvent): string | null =>
  parameters ? JSON.stringify({ schema: PAYLOAD_DATA, data: [parameters] }) : payload;

/** Never an address, a cookie or a clear id: no failed event has one. */
const nothingPersonal = { ipAddress: null, refererUri: null, headers: null };

/** A collector payload, as the rows of adapters and of the tracker protocol hold it. */
export const collectorPayload = (event: FailedEvent): Readonly<Record<string, unknown>> => ({
  ...vendorOf(event),
  querystring: null,
  contentType: maybeUpTo(256, event.content_type),
  body: bodyOf(event),
  collector: 'headwater',
  encoding: 'UTF-8',
  hostname: null,
  timestamp: dateTime(event.collector_tstamp),
  useragent: maybeUpTo(4096, event.useragent),
  ...nothingPersonal,
  networkUserId: null,
});

/** A raw event, as the rows of enrichments and of schemas hold it. */
export const rawEvent = (event: FailedEvent): Readonly<Record<string, unknown>> => ({
  ...vendorOf(event),
  parameters: parameterList(event),
  contentType: maybeUpTo(256, event.content_type),
  loaderName: 'headwater',
  encoding: 'UTF-8',
  hostname: null,
  timestamp: dateTime(event.collector_tstamp),
  useragent: maybeUpTo(4096, event.useragent),
  ...nothingPersonal,
  userId: null,
});
