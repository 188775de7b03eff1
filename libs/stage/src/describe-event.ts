import type { EnrichedEvent } from '@headwater/contracts';
import type { FailedSubject } from './failed-event';
import { maskAddresses, maskedText } from './mask-addresses';

/**
 * What a failed event keeps of an enriched one, whichever stage fails it: who sent it, when and what, which failed event it
 * repairs, and no content. Senders choose most of these texts, so addresses in them are masked.
 */
export const describeEvent = (event: EnrichedEvent): FailedSubject => ({
  app_id: maskAddresses(event.app_id),
  collector_tstamp: event.collector_tstamp,
  event_id: event.event_id,
  event: event.event,
  event_name: maskedText(event.event_name),
  platform: event.platform,
  name_tracker: maskedText(event.name_tracker),
  v_tracker: maskedText(event.v_tracker),
  event_fingerprint: event.event_fingerprint,
  payload_id: event.payload_id,
  payload_index: event.payload_index,
  dvce_created_tstamp: event.dvce_created_tstamp,
  dvce_sent_tstamp: event.dvce_sent_tstamp,
  geo_country: event.geo_country,
  useragent: maskedText(event.useragent),
  pseudonym_key_id: event.pseudonym_key_id,
  replay_id: event.replay_id,
  replay_of: event.replay_of,
  replayed_at: event.replayed_at,
});
