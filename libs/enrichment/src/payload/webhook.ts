import type { CollectorPayload, Failure } from '@headwater/contracts';
import { failed, ok, type Outcome } from '@headwater/stage';
import { isEmpty, isForm, isJson, parsed, textOf } from './body';
import { isObject } from '../json-kinds';
import { membersOf, partsOf } from './json-spans';
import { problem, tooManyEvents } from './problem';
import { hasTooManyParameters, MOST_PARAMETERS, readQueryString } from './query-string';
import { sentInQuery, type SentEvent } from './sent-event';

/** Where the webhook takes events: anything that can send a schema's name with its data. */
export const WEBHOOK_PATH = '/com.snowplowanalytics.iglu/v1';

const TRACKER = 'com.snowplowanalytics.iglu-v1';
const PLATFORM = 'srv';
const UNSTRUCT_EVENT = 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0';

/** Parameters of the query string that are of the event and not of its data. */
const ofEvent: ReadonlySet<string> = new Set(['aid', 'cv', 'eid', 'nuid', 'p', 'ttm', 'url']);
const SCHEMA = 'schema';
/** The schema describes the data, and `ip` is the address of a visitor, which is never written. */
const neverData: ReadonlySet<string> = new Set([SCHEMA, 'ip']);

type Query = ReadonlyMap<string, string>;
type Read = Outcome<readonly SentEvent[]>;

/**
 * Events of the webhook, as Snowplow documents it: `schema` in the query string describes the rest of the query string,
 * or a body of JSON (one object, or a list of them) or of a form; without it the body is self-describing JSON, or a list
 * of such. Data is kept as it was sent.
 */
export function readWebhook({ querystring, body, content_type }: CollectorPayload): Read {
  const query = readQueryString(querystring);
  const schema = query.get(SCHEMA);
  if (isEmpty(body)) return schema === undefined ? failed(noSchema) : fromFields(query, schema, query);
  const text = textOf(body);
  if (isJson(content_type)) return fromJson(text, query, querystring);
  if (!isForm(content_type)) return failed(wrongContentType(content_type));
  return isContainer(parsed(text)) ? fromJson(text, query, querystring) : fromForm(text, query);
}

function fromForm(text: string | null, query: Query): Read {
  if (text === null) return failed(notReadable('a form'));
  if (hasTooManyParameters(text)) return failed(tooManyFields);
  const form = readQueryString(text);
  const schema = query.get(SCHEMA) ?? form.get(SCHEMA);
  return schema === undefined ? failed(noSchema) : fromFields(form, schema, query);
}

/** Every field is a text of the data. */
function fromFields(fields: Query, schema: string, query: Query): Read {
  const data = [...fields].filter(
    ([name]) => !neverData.has(name) && !(fields === query && ofEvent.has(name)),
  );
  return ok([eventOf(0, query, entity(schema, JSON.stringify(Object.fromEntries(data))))]);
}

/** What nobody would write as a form: senders that say nothing of their type are said to send one. */
const isContainer = (json: unknown): boolean => isObject(json) || Array.isArray(json);

function fromJson(text: string | null, query: Query, querystring: string | null): Read {
  const json = parsed(text);
  if (text === null || json === undefined) return failed(notReadable('JSON'));
  if (Array.isArray(json) ? !json.some(isObject) : !isObject(json)) return failed(noEvents);
  const tooMany = Array.isArray(json) ? tooManyEvents(json.length, querystring) : null;
  if (tooMany) return failed(tooMany);
  const elements = Array.isArray(json) ? partsOf(text) : [text];
  const schema = query.get(SCHEMA);
  if (schema !== undefined)
    return ok(elements.map((data, index) => eventOf(index, query, entity(schema, data))));
  if (!elements.some(isSelfDescribing)) return failed(noSchema);
  return ok(elements.map((element, index) => eventOf(index, query, element)));
}

/** @param element JSON of an object or of an element of a list */
function isSelfDescribing(element: string): boolean {
  if (!element.trimStart().startsWith('{')) return false;
  const members = membersOf(element);
  return members.has('schema') && members.has('data');
}

const entity = (schema: string, data: string): string =>
  `{"schema":${JSON.stringify(schema)},"data":${data}}`;

/** The parameters of a self-describing event; what is wrong with the entity is found where they are read. */
function eventOf(index: number, query: Query, selfDescribing: string): SentEvent {
  const sent = new Map([...query].filter(([name]) => ofEvent.has(name)));
  sent.set('e', 'ue').set('tv', TRACKER).set('ue_pr', entity(UNSTRUCT_EVENT, selfDescribing));
  if (!sent.has('p')) sent.set('p', PLATFORM);
  return sentInQuery(sent, { index });
}

const noSchema: Failure = problem(
  'adapter_failure',
  'The webhook is not told which schema describes the data. Name it in the query string (schema=iglu:vendor/name/jsonschema/1-0-0), or send self-describing JSON.',
  { field: SCHEMA, expectation: 'iglu:vendor/name/format/M-R-A' },
);

const noEvents: Failure = problem(
  'adapter_failure',
  'The body sent to the webhook holds no object. Send one object, or a list of objects.',
  { field: 'body', expectation: 'an object, or a list of at least one object' },
);

const tooManyFields: Failure = problem(
  'adapter_failure',
  `The form sent to the webhook has more than ${MOST_PARAMETERS} fields. Send JSON, or less.`,
  { field: 'body', expectation: `at most ${MOST_PARAMETERS} fields` },
);

const notReadable = (what: string): Failure =>
  problem(
    'payload_format_violation',
    `The body sent to the webhook is not ${what} in UTF-8: it is cut off or not well-formed. Send the whole of it.`,
    { field: 'body', expectation: `${what} in UTF-8` },
  );

const wrongContentType = (contentType: string | null): Failure =>
  problem(
    'adapter_failure',
    'The webhook does not read bodies of this content type. Send JSON or a form, and say so in Content-Type.',
    {
      field: 'content_type',
      value: contentType ?? '',
      expectation: 'application/json, or application/x-www-form-urlencoded',
    },
  );
