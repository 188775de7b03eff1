import type { CollectorPayload, EnrichedEvent, FailedEvent, SelfDescribing } from '@headwater/contracts';
import { igluUri, parameters, readPayload } from '@headwater/enrichment';

/** One event that the sandbox keeps: what it is found by, and what the API answers with. */
export interface EventRecord {
  readonly kind: 'good' | 'bad';
  /** When it came, milliseconds. */
  readonly at: number;
  readonly testId: string | null;
  readonly eventId: string | null;
  readonly appId: string;
  /** `page_view`, `unstruct`, … */
  readonly eventType: string | null;
  /** Iglu URI. */
  readonly schema: string | null;
  /** Iglu URIs, those that enrichments derived among them. */
  readonly contexts: readonly string[];
  /** First and second segment of the path it came by. */
  readonly vendor: string | null;
  readonly version: string | null;
  /** Why it is bad, for people. */
  readonly reasons: readonly string[];
  readonly failureType: string | null;
  /** The item of `/micro/good` or `/micro/bad`, as JSON text. */
  readonly json: string;
}

/** What Snowplow Micro calls a raw event: one event as it was sent. */
interface RawEvent {
  readonly api: { readonly vendor: string; readonly version: string };
  readonly parameters: Readonly<Record<string, string>>;
  readonly contentType: string | null;
  readonly source: object;
  readonly context: object;
}

/** The events of a payload as they were sent, by position. */
export function rawEventsOf(payload: CollectorPayload): readonly RawEvent[] {
  const read = readPayload(payload);
  if (read.kind !== 'ok') return [];
  return read.value.map(({ values }) => ({
    ...envelopeOf(payload),
    parameters: Object.fromEntries(
      values.flatMap((value, position) => {
        const key = parameters[position]?.key;
        return value === undefined || key === undefined ? [] : [[key, value]];
      }),
    ),
  }));
}

export function goodRecord(event: EnrichedEvent, rawEvent: RawEvent | null, mark: Mark): EventRecord {
  const schema = schemaOf(event);
  const sent = (event.contexts ?? []).map(igluUri);
  const item = { rawEvent, eventType: event.event, schema, contexts: sent, event: canonical(event) };
  return {
    kind: 'good',
    ...mark,
    eventId: event.event_id,
    appId: event.app_id,
    eventType: event.event,
    schema,
    contexts: [...sent, ...(event.derived_contexts ?? []).map(igluUri)],
    ...apiOf(rawEvent),
    reasons: [],
    failureType: null,
    json: JSON.stringify(item),
  };
}

/** @param payload null when the event failed before there was one: it is too large, or its app is not admitted */
export function badRecord(
  failed: FailedEvent,
  payload: ShownPayload | null,
  rawEvent: RawEvent | null,
  mark: Mark,
): EventRecord {
  const failures = failed.failures ?? [];
  const reasons = failures.map(({ message }) => message ?? 'It is not said why.');
  const { api } = rawEvent ?? { api: apiAt(payload?.path ?? failed.path) };
  const rest = JSON.stringify({ rawEvent, errors: reasons, failedEvent: failed });
  return {
    kind: 'bad',
    ...mark,
    eventId: failed.event_id,
    appId: failed.app_id,
    eventType: failed.event,
    schema: failures.find(({ schema }) => schema !== null)?.schema ?? null,
    contexts: [],
    ...api,
    reasons,
    failureType: failed.failure_type,
    json: `{"collectorPayload":${payload?.json ?? 'null'},${rest.slice(1)}`,
  };
}

/** A payload as every bad event of it shows it: made once, because a payload may carry thousands of them. */
export interface ShownPayload {
  readonly path: string | null;
  readonly json: string;
}

/** Characters of a body that all bad events of one payload show together: a thousand of them must not keep it a thousand times. */
const SHOWN_BODY = 200_000;

/** @param bad how many events of the payload are bad */
export const shownPayload = (payload: CollectorPayload, bad: number): ShownPayload => ({
  path: payload.path,
  json: JSON.stringify(collectorPayload(payload, Math.ceil(SHOWN_BODY / bad))),
});

/** When an event came, and which test sent it. */
export type Mark = Pick<EventRecord, 'at' | 'testId'>;

function schemaOf({ event_vendor, event_name, event_format, event_version }: EnrichedEvent): string | null {
  if (event_vendor === null || event_name === null || event_version === null) return null;
  return `iglu:${event_vendor}/${event_name}/${event_format ?? 'jsonschema'}/${event_version}`;
}

const apiOf = (rawEvent: RawEvent | null): { vendor: string | null; version: string | null } =>
  rawEvent?.api ?? { vendor: null, version: null };

/** `/com.acme/tp2` → vendor and version; `/i` and `/ice.png` are those of version 1, as everywhere. */
function apiAt(path: string | null): RawEvent['api'] {
  const [, vendor = '', version] = (path ?? '').split('/');
  return version === undefined
    ? { vendor: 'com.snowplowanalytics.snowplow', version: 'tp1' }
    : { vendor, version };
}

const envelopeOf = (payload: CollectorPayload) => ({
  api: apiAt(payload.path),
  contentType: payload.content_type,
  source: { name: payload.collector, encoding: 'UTF-8', hostname: payload.hostname },
  context: {
    timestamp: new Date(payload.collector_tstamp).toISOString(),
    ipAddress: payload.ip_address,
    useragent: payload.user_agent,
    refererUri: payload.referer,
    headers: Object.entries(payload.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    userId: payload.network_userid,
  },
});

function collectorPayload(payload: CollectorPayload, longest: number) {
  // Four bytes are at least one character: no more is decoded than is shown.
  const body = payload.body?.subarray(0, 4 * longest).toString('utf8') ?? null;
  const isWhole = body === null || (body.length <= longest && (payload.body?.length ?? 0) <= 4 * longest);
  return {
    ...envelopeOf(payload),
    querystring: [...new URLSearchParams(payload.querystring ?? '')].map(([name, value]) => ({
      name,
      value,
    })),
    body: isWhole ? body : `${body.slice(0, longest)}…`,
  };
}

const WRAPPERS = {
  unstruct_event: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
  contexts: 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-1',
} as const;

/** The event under the canonical names, times as ISO 8601, self-describing JSON in its wrappers. */
function canonical(event: EnrichedEvent): object {
  const times = Object.entries(event).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'number' && (name.endsWith('_tstamp') || name === 'replayed_at')
      ? new Date(value).toISOString()
      : value,
  ]);
  const list = (contexts: readonly SelfDescribing[] | null) =>
    contexts === null ? null : { schema: WRAPPERS.contexts, data: contexts.map(plain) };
  return {
    ...(Object.fromEntries(times) as object),
    unstruct_event:
      event.unstruct_event === null
        ? null
        : { schema: WRAPPERS.unstruct_event, data: plain(event.unstruct_event) },
    contexts: list(event.contexts),
    derived_contexts: list(event.derived_contexts),
  };
}

const plain = (json: SelfDescribing) => ({ schema: igluUri(json), data: JSON.parse(json.data) as unknown });
