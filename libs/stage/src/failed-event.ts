import type { Failure, FailedEvent, StageName } from '@headwater/contracts';
import type { NonEmpty } from './outcome';
import { contentId } from './content-id';

/** What is known of the event that failed; the rest is null. */
export type FailedSubject = Pick<FailedEvent, 'app_id' | 'collector_tstamp'> &
  Partial<Omit<FailedEvent, 'failed_id' | 'stage' | 'failure_type' | 'failures' | 'processor'>>;

/** The program that reports: `headwater-enricher/0.1.0`. */
export type Processor = `${string}/${string}`;

const nothingKnown = {
  event_id: null,
  event: null,
  event_name: null,
  platform: null,
  name_tracker: null,
  v_tracker: null,
  event_fingerprint: null,
  payload_id: null,
  payload_index: null,
  dvce_created_tstamp: null,
  dvce_sent_tstamp: null,
  geo_country: null,
  useragent: null,
  pseudonym_key_id: null,
  path: null,
  content_type: null,
  parameters: null,
  payload: null,
  reference: null,
  replayable: true,
  not_replayable_reason: null,
  replay_id: null,
  replay_of: null,
  replayed_at: null,
} as const;

/**
 * Builds a failed event. Its id is derived from what failed and from the problems, so that the same failure seen twice,
 * also of an event that a tracker sent twice, has one id.
 */
export function failedEvent(
  stage: StageName,
  processor: Processor,
  failures: NonEmpty<Failure>,
  subject: FailedSubject,
): FailedEvent {
  const what = identityOf(subject);
  const why = failures.map(({ type, field, schema, path, keyword, message }) =>
    [type, field, schema, path, keyword, message].join('|'),
  );
  return {
    ...nothingKnown,
    ...subject,
    failed_id: contentId('failed-event', stage, ...what, ...why),
    stage,
    processor,
    failure_type: failures[0].type,
    failures,
  };
}

/** The place of the bytes where nothing could be read; the event itself where it is known; else its place in the payload. */
function identityOf({
  reference,
  event_id,
  event_fingerprint,
  payload_id,
  payload_index,
}: FailedSubject): readonly string[] {
  if (reference)
    return [reference.topic, String(reference.partition), String(reference.offset), reference.sha256];
  if (event_id != null && event_fingerprint != null) return [event_id, event_fingerprint];
  return [payload_id ?? '', String(payload_index ?? '')];
}
