import { isUtf8 } from 'node:buffer';
import type { CollectorPayload, Failure, FailureType } from '@headwater/contracts';
import { failed, failure, ok, type Outcome } from '@headwater/stage';
import { readQueryString } from './query-string';
import { sentInBody, sentInQuery, type SentEvent } from './sent-event';

const PAYLOAD_DATA = /^iglu:com\.snowplowanalytics\.snowplow\/payload_data\/jsonschema\/1-0-[0-4]$/;
const JSON_CONTENT_TYPE = /^\s*application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const BYTE_ORDER_MARK = '\uFEFF';

/** The paths that are understood, and how events are read from them. */
const adapters: Readonly<Record<string, (payload: CollectorPayload) => Outcome<readonly SentEvent[]>>> = {
  '/i': readQuery,
  '/ice.png': readQuery,
  '/com.snowplowanalytics.snowplow/tp1': readQuery,
  '/com.snowplowanalytics.snowplow/tp2': readPost,
};

/**
 * Takes a collector payload apart into the events it carries, in order. A fault of the payload as a whole (path,
 * content type, wrapper) is one failure; a fault of one event stays with that event.
 */
export function readPayload(payload: CollectorPayload): Outcome<readonly SentEvent[]> {
  const path = payload.path ?? '';
  const adapter = Object.hasOwn(adapters, path) ? adapters[path] : undefined;
  if (adapter) return adapter(payload);
  return problem(
    'adapter_failure',
    'The vendor and version in the path of the request are not supported. Send events to /com.snowplowanalytics.snowplow/tp2.',
    { field: 'path', value: path, expectation: `one of ${Object.keys(adapters).join(', ')}` },
  );
}

function readQuery({ querystring }: CollectorPayload): Outcome<readonly SentEvent[]> {
  const query = readQueryString(querystring);
  return query.size > 0
    ? ok([sentInQuery(query)])
    : problem(
        'tracker_protocol_violation',
        'The query string is empty, so there is no event in the request. Send its parameters in the query string.',
        { field: 'querystring', expectation: 'the parameters of one event' },
      );
}

function readPost(payload: CollectorPayload): Outcome<readonly SentEvent[]> {
  const { body, content_type } = payload;
  const query = readQueryString(payload.querystring);
  if (body === null || body.length === 0)
    return query.size > 0
      ? ok([sentInQuery(query)])
      : problem(
          'tracker_protocol_violation',
          'Body and query string are empty, so there is no event in the request. Send a payload_data body.',
          { field: 'body', expectation: 'a payload_data JSON' },
        );
  if (!JSON_CONTENT_TYPE.test(content_type ?? ''))
    return problem(
      'tracker_protocol_violation',
      'The content type of the request is not that of JSON in UTF-8. Send Content-Type: application/json; charset=utf-8.',
      {
        field: 'content_type',
        value: content_type ?? '',
        expectation: 'application/json, or application/json; charset=utf-8',
      },
    );
  return readBody(body, query);
}

function readBody(body: Buffer, query: ReadonlyMap<string, string>): Outcome<readonly SentEvent[]> {
  const json = parse(body);
  if (json === undefined)
    return problem(
      'payload_format_violation',
      isUtf8(body)
        ? 'The body is not JSON: it is cut off or not well-formed. Send the whole JSON.'
        : 'The body is not UTF-8 text. Send JSON in UTF-8.',
      { field: 'body', expectation: 'a payload_data JSON in UTF-8' },
    );
  const { schema, data } = isObject(json) ? json : { schema: null, data: null };
  if (typeof schema !== 'string' || !PAYLOAD_DATA.test(schema))
    return problem(
      'tracker_protocol_violation',
      'The body is not wrapped in the payload_data schema. Send {"schema": "iglu:…/payload_data/jsonschema/1-0-4", "data": […]}.',
      {
        field: 'body',
        path: '/schema',
        ...(typeof schema === 'string' ? { value: schema } : {}),
        expectation: 'iglu:com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-[0-4]',
      },
    );
  if (!Array.isArray(data) || data.length === 0)
    return problem(
      'tracker_protocol_violation',
      'The "data" of the body is not a list of events. Send at least one event.',
      { field: 'body', path: '/data', expectation: 'a list of at least one event' },
    );
  return ok(data.map((event: unknown, index) => sentInBody(index, event, query)));
}

/** Undefined for what is not JSON in UTF-8. */
function parse(body: Buffer): unknown {
  if (!isUtf8(body)) return undefined;
  const text = body.toString('utf8');
  try {
    return JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const problem = (
  type: FailureType,
  message: string,
  details: Partial<Omit<Failure, 'type' | 'message'>>,
): Outcome<never> => failed(failure(type, message, { source: 'payload', ...details }));
