import type { CollectorPayload, Failure } from '@headwater/contracts';
import { contentId, failure, type Outcome, type Processor } from '@headwater/stage';
import type { SentEvent } from '../payload/sent-event';
import { derivedTstamp } from './derived-tstamp';
import { emptyEvent } from './empty-event';
import { eventSchemaOf } from './event-schema';
import { oneLine } from './kinds';
import { parameters, valueOf, type MutableEvent, type Parameter, type ParameterValues } from './parameters';
import { decodeBase64, readContexts, readUnstruct } from './self-describing';

/** What the tracker protocol makes of one sent event. */
export interface ReadEvent {
  /** The atomic fields; null where something is wrong. */
  readonly event: MutableEvent;
  /** Address that counts for the look-up of the country: truncated by the collector, null for anonymous visitors. */
  readonly user_ipaddress: string | null;
  /** All problems, also those found before; more may be added. */
  readonly failures: Failure[];
  /** False where self-describing data was sent that could not be read. */
  readonly isWhole: boolean;
}

const source = 'trackerProtocol';
/** What the collector stores as the id of a visitor without one. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Maps the parameters of an event and the envelope of its payload to atomic fields. */
export function readEvent(sent: SentEvent, payload: CollectorPayload, processor: Processor): ReadEvent {
  const { values, index } = sent;
  const event = emptyEvent();
  const failures = [...sent.problems];

  event.collector_tstamp = payload.collector_tstamp;
  event.payload_id = payload.payload_id;
  event.payload_index = index;
  event.v_collector = payload.collector;
  event.v_etl = processor;
  assignParameters(values, event, failures);
  if (event.event_id === '') event.event_id = contentId('event', payload.payload_id, String(index));
  event.useragent ??= payload.user_agent === null ? null : oneLine(payload.user_agent);
  event.page_url ??= payload.referer === null ? null : oneLine(payload.referer);
  event.network_userid = networkUserId(event.network_userid, payload);

  const isWhole = assignSelfDescribing(sent, event, failures);
  const schema = eventSchemaOf(event.event, event.unstruct_event);
  event.event_vendor = schema.event_vendor;
  event.event_name = schema.event_name;
  event.event_format = schema.event_format;
  event.event_version = schema.event_version;
  event.derived_tstamp = derivedTstamp(event);
  return { event, user_ipaddress: addressOf(values, payload), failures, isWhole };
}

function assignParameters(values: ParameterValues, event: MutableEvent, failures: Failure[]): void {
  for (let position = 0; position < values.length; position += 1) {
    const value = values[position];
    if (value === undefined) continue;
    const parameter = parameters[position];
    if (parameter && !parameter.assign(value, event)) failures.push(notAsExpected(parameter, value));
  }
}

function notAsExpected({ key, expectation, disclosure }: Parameter, value: string): Failure {
  return failure(
    'tracker_protocol_violation',
    `The parameter ${key} is not ${expectation}. Correct what the tracker is given for it.`,
    { field: key, expectation, source, ...(disclosure === 'plain' ? { value } : {}) },
  );
}

/** @returns false when something was sent that could not be read */
function assignSelfDescribing(
  { values, contexts: given }: SentEvent,
  event: MutableEvent,
  failures: Failure[],
): boolean {
  const unstruct = readEither(values, 'ue_pr', 'ue_px', readUnstruct);
  if (unstruct?.kind === 'ok') event.unstruct_event = unstruct.value;
  else if (unstruct?.kind === 'failed') failures.push(...unstruct.failures);
  else if (event.event === 'unstruct')
    failures.push(
      failure(
        'tracker_protocol_violation',
        'The event is a self-describing one (e=ue) but carries no data. Send the data in ue_pr or ue_px.',
        { field: 'ue_pr', expectation: 'a self-describing JSON', source },
      ),
    );

  const contexts = readEither(values, 'co', 'cx', readContexts);
  const all = contexts?.kind === 'ok' ? [...contexts.value, ...given] : given;
  event.contexts = all.length > 0 ? all : null;
  if (contexts?.kind === 'failed') failures.push(...contexts.failures);
  return unstruct?.kind !== 'failed' && contexts?.kind !== 'failed';
}

/** Reads the base64 form of a parameter or, where it was not sent, the plain one; null when neither was sent. */
function readEither<T>(
  values: ParameterValues,
  plainKey: string,
  base64Key: string,
  read: (field: string, text: string | null) => Outcome<T>,
): Outcome<T> | null {
  const encoded = valueOf(values, base64Key);
  if (encoded !== undefined) return read(base64Key, decodeBase64(encoded));
  const plain = valueOf(values, plainKey);
  return plain === undefined ? null : read(plainKey, plain);
}

/** The parameter wins over the cookie; a visitor who asked for anonymity has none. */
function networkUserId(sent: string | null, payload: CollectorPayload): string | null {
  if (payload.anonymous === true) return null;
  const id = sent ?? payload.network_userid;
  return id === NOBODY ? null : id;
}

/** The parameter `ip` wins over the address of the request; of several addresses the first counts. */
function addressOf(values: ParameterValues, payload: CollectorPayload): string | null {
  if (payload.anonymous === true) return null;
  const sent = valueOf(values, 'ip')?.split(',', 1)[0]?.trim();
  return sent === undefined || sent === '' ? payload.ip_address : sent;
}
