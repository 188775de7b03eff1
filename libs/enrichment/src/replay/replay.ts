import type { CollectorPayload, EnrichedEvent, Replay } from '@headwater/contracts';
import type { FailedSubject } from '@headwater/stage';
import { sentInQuery, type SentEvent } from '../payload/sent-event';
import type { Pseudonymiser } from '../privacy/pseudonyms';
import type { MutableEvent } from '../protocol/parameters';

/*
 * A replay brings the parameters that a failed event kept: identifiers are pseudonyms already, URLs are cut, the address
 * is gone and the country is known. So it goes the way of any event, and what was done before is not done again.
 */

/** The event as it is sent again. */
export const sentAgain = ({ parameters, payload_index }: Replay): SentEvent => ({
  ...sentInQuery(new Map(Object.entries(parameters ?? {}).filter(([, value]) => value !== ''))),
  index: payload_index ?? 0,
});

/** The payload that carried the event at first, as far as it is known: its times stay, no request is made up. */
export const originalPayload = (replay: Replay): CollectorPayload => ({
  payload_id: replay.payload_id ?? replay.failed_id,
  collector_tstamp: replay.collector_tstamp,
  user_agent: replay.useragent,
  collector: null,
  method: null,
  path: null,
  querystring: null,
  content_type: null,
  body: null,
  hostname: null,
  ip_address: null,
  referer: null,
  headers: null,
  network_userid: null,
  anonymous: null,
  cookies: null,
  app: null,
});

/** Where the event comes from, and what of it was derived when it first came. */
export function assignReplay(event: MutableEvent, replay: Replay): void {
  event.replay_id = replay.replay_id;
  event.replay_of = replay.failed_id;
  event.replayed_at = replay.replayed_at;
  event.payload_id = replay.payload_id;
  event.payload_index = replay.payload_index;
  event.event_fingerprint = replay.event_fingerprint;
}

/** Leaves identifiers as they are: in a replay they are pseudonyms. */
export const alreadyPseudonymised = ({ pseudonym_key_id }: EnrichedEvent): Pseudonymiser => ({
  keyId: pseudonym_key_id ?? '',
  pseudonymOf: (pseudonym) => pseudonym,
});

/** What a failed event keeps of a replay that could not be worked on at all: all that the replay brought. */
export const keptOf = (replay: Replay): Partial<FailedSubject> => ({
  app_id: replay.app_id,
  event_id: replay.event_id,
  event_fingerprint: replay.event_fingerprint,
  geo_country: replay.geo_country,
  pseudonym_key_id: replay.pseudonym_key_id,
  parameters: replay.parameters,
  replay_id: replay.replay_id,
  replay_of: replay.failed_id,
  replayed_at: replay.replayed_at,
});
