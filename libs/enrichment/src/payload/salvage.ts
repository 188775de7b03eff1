import type { CollectorPayload, Failure } from '@headwater/contracts';
import { isEmpty, parsed, textOf } from './body';
import { isObject } from '../json-kinds';
import { tooManyEvents } from './problem';
import { readQueryString } from './query-string';
import { sentInBody, sentInQuery, type SentEvent } from './sent-event';

/**
 * The events in a payload that is wrong as a whole (its path, content type or wrapper), so that each fails by itself and
 * can be repaired and replayed. The fault of the payload is the first problem of each of them.
 *
 * @returns nothing where the payload does not read like tracker protocol
 */
export function salvaged(payload: CollectorPayload, fault: Failure): readonly SentEvent[] {
  const query = readQueryString(payload.querystring);
  return eventsIn(payload, query).map((event) => ({ ...event, problems: [fault, ...event.problems] }));
}

function eventsIn(
  { body, querystring }: CollectorPayload,
  query: ReadonlyMap<string, string>,
): readonly SentEvent[] {
  if (!isEmpty(body)) {
    const text = textOf(body);
    const json = parsed(text);
    const candidates = listIn(json);
    if (tooManyEvents(candidates.length, querystring)) return [];
    if (candidates.some(readsLikeEvent))
      return candidates.map((event, index) => sentInBody(index, event, query));
    // JSON is no form: what stands behind an `&` in one of its texts is no parameter.
    if (json === undefined) {
      const form = readQueryString(text);
      if (readsLikeEvent(Object.fromEntries(form))) return [sentInQuery(new Map([...form, ...query]))];
    }
  }
  return readsLikeEvent(Object.fromEntries(query)) ? [sentInQuery(query)] : [];
}

/** Where events can stand: in `data`, wrapped or not; in a list of their own; or one alone. */
function listIn(json: unknown): readonly unknown[] {
  const data = isObject(json) && 'data' in json ? json['data'] : json;
  return Array.isArray(data) ? (data as readonly unknown[]) : [data];
}

/** Names a kind of event, and the platform or the tracker that sends it. */
const readsLikeEvent = (json: unknown): boolean =>
  isObject(json) && isText(json['e']) && (isText(json['p']) || isText(json['tv']));

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
