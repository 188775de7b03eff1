import type { CollectorPayload, Failure } from '@headwater/contracts';
import { failed, ok, type Outcome } from '@headwater/stage';
import { isEmpty, isJson, parsed, textOf } from './body';
import { isObject } from '../json-kinds';
import { problem, tooManyEvents } from './problem';
import { readQueryString } from './query-string';
import { readRedirect, REDIRECT_PATH } from './redirect';
import { salvaged } from './salvage';
import { sentInBody, sentInQuery, type SentEvent } from './sent-event';
import { readWebhook, WEBHOOK_PATH } from './webhook';

const PAYLOAD_DATA = /^iglu:com\.snowplowanalytics\.snowplow\/payload_data\/jsonschema\/1-0-[0-4]$/;
/** The form of a path that somebody meant: a vendor and a version. */
const VENDOR_AND_VERSION = /^\/[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+\/(?:v|tp)\d+$/i;

type Adapter = (payload: CollectorPayload) => Outcome<readonly SentEvent[]>;

/** The paths that are understood, and how events are read from them. Redirects are understood too: `/r/…`. */
const adapters: Readonly<Record<string, Adapter>> = {
  '/i': readQuery,
  '/ice.png': readQuery,
  '/com.snowplowanalytics.snowplow/tp1': readTp1,
  '/com.snowplowanalytics.snowplow/tp2': readTp2,
  [WEBHOOK_PATH]: readWebhook,
};

/**
 * Takes a collector payload apart into the events it carries, in order. A fault of the payload as a whole (path, content
 * type, wrapper) becomes a problem of each event that can be found in it all the same; where none can, it is one failure.
 * A fault of one event stays with that event.
 */
export function readPayload(payload: CollectorPayload): Outcome<readonly SentEvent[]> {
  return adapterOf(payload.path ?? '')(payload);
}

function adapterOf(path: string): Adapter {
  const known = Object.hasOwn(adapters, path) ? adapters[path] : undefined;
  return known ?? (REDIRECT_PATH.test(path) ? readRedirect : readUnknown);
}

/** Somebody's events at a wrong address are worth a repair; what has nothing of an event is noise of scans. */
function readUnknown(payload: CollectorPayload): Outcome<readonly SentEvent[]> {
  const { body, path } = payload;
  const expectation = `one of ${Object.keys(adapters).join(', ')}`;
  const details = { field: 'path', value: path ?? '', expectation };
  const unsupported = problem(
    'adapter_failure',
    'The vendor and version in the path of the request are not supported. Send events to /com.snowplowanalytics.snowplow/tp2.',
    details,
  );
  const events = salvaged(payload, unsupported);
  if (events.length > 0) return ok(events);
  if (!isEmpty(body) && VENDOR_AND_VERSION.test(path ?? '')) return failed(unsupported);
  return failed(
    problem(
      'path_scan',
      'The path is none of the collector and the request carries no event: most likely somebody tries out paths. Nothing is to be done, unless a tracker of yours is set up with this path.',
      details,
    ),
  );
}

function readQuery({ querystring }: CollectorPayload): Outcome<readonly SentEvent[]> {
  const query = readQueryString(querystring);
  return query.size > 0 ? ok([sentInQuery(query)]) : failed(emptyQuery);
}

/** Version 1 knows the query string only; what it does not say may stand in a body, as in version 2. */
function readTp1(payload: CollectorPayload): Outcome<readonly SentEvent[]> {
  const isInQuery = isEmpty(payload.body) || readQueryString(payload.querystring).has('e');
  return isInQuery ? readQuery(payload) : readTp2(payload);
}

function readTp2(payload: CollectorPayload): Outcome<readonly SentEvent[]> {
  const { body, content_type } = payload;
  const query = readQueryString(payload.querystring);
  if (isEmpty(body)) return query.size > 0 ? ok([sentInQuery(query)]) : failed(emptyRequest);
  const text = textOf(body);
  const wrapper = parsed(text);
  const fault = isJson(content_type) ? faultOf(text, wrapper) : wrongContentType(content_type);
  if (fault) {
    const events = salvaged(payload, fault);
    return events.length > 0 ? ok(events) : failed(fault);
  }
  const { data } = wrapper as { readonly data: readonly unknown[] };
  const tooMany = tooManyEvents(data.length, payload.querystring);
  if (tooMany) return failed(tooMany);
  return ok(data.map((event, index) => sentInBody(index, event, query)));
}

/** What keeps a body from being a payload_data with events; null where nothing does. */
function faultOf(text: string | null, json: unknown): Failure | null {
  if (json === undefined) return text === null ? notUtf8 : notJson;
  const { schema, data } = isObject(json) ? json : { schema: null, data: null };
  if (typeof schema !== 'string' || !PAYLOAD_DATA.test(schema)) return wrongWrapper(schema);
  return Array.isArray(data) && data.length > 0 ? null : noList;
}

const emptyQuery = problem(
  'tracker_protocol_violation',
  'The query string is empty, so there is no event in the request. Send its parameters in the query string.',
  { field: 'querystring', expectation: 'the parameters of one event' },
);

const emptyRequest = problem(
  'tracker_protocol_violation',
  'Body and query string are empty, so there is no event in the request. Send a payload_data body.',
  { field: 'body', expectation: 'a payload_data JSON' },
);

const notJson = problem(
  'payload_format_violation',
  'The body is not JSON: it is cut off or not well-formed. Send the whole JSON.',
  { field: 'body', expectation: 'a payload_data JSON in UTF-8' },
);

const notUtf8 = problem('payload_format_violation', 'The body is not UTF-8 text. Send JSON in UTF-8.', {
  field: 'body',
  expectation: 'a payload_data JSON in UTF-8',
});

const noList = problem(
  'tracker_protocol_violation',
  'The "data" of the body is not a list of events. Send at least one event.',
  { field: 'body', path: '/data', expectation: 'a list of at least one event' },
);

const wrongContentType = (contentType: string | null): Failure =>
  problem(
    'tracker_protocol_violation',
    'The content type of the request is not that of JSON in UTF-8. Send Content-Type: application/json; charset=utf-8.',
    {
      field: 'content_type',
      value: contentType ?? '',
      expectation: 'application/json, or application/json; charset=utf-8',
    },
  );

const wrongWrapper = (schema: unknown): Failure =>
  problem(
    'tracker_protocol_violation',
    'The body is not wrapped in the payload_data schema. Send {"schema": "iglu:…/payload_data/jsonschema/1-0-4", "data": […]}.',
    {
      field: 'body',
      path: '/schema',
      ...(typeof schema === 'string' ? { value: schema } : {}),
      expectation: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-[0-4]',
    },
  );
