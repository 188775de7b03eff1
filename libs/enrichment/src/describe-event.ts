import type { EnrichedEvent } from '@headwater/contracts';
import { maskAddresses, type FailedSubject } from '@headwater/stage';

/** What a failed event keeps of an enriched one: who sent it, when and what, and no content. */
export const describeEvent = (event: EnrichedEvent): FailedSubject => ({
  app_id: event.app_id,
  collector_tstamp: event.collector_tstamp,
  event_id: event.event_id,
  event: event.event,
  event_name: event.event_name,
  platform: event.platform,
  name_tracker: event.name_tracker,
  v_tracker: event.v_tracker,
  event_fingerprint: event.event_fingerprint,
  payload_id: event.payload_id,
  payload_index: event.payload_index,
  dvce_created_tstamp: event.dvce_created_tstamp,
  dvce_sent_tstamp: event.dvce_sent_tstamp,
  geo_country: event.geo_country,
  useragent: event.useragent === null ? null : maskAddresses(event.useragent),
  pseudonym_key_id: event.pseudonym_key_id,
  replay_id: event.replay_id,
  replay_of: event.replay_of,
  replayed_at: event.replayed_at,
});
