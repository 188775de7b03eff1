import { aTrackerEvent, tp2Body } from '@headwater/testing';

export const LINK_CLICK = 'iglu:com.snowplowanalytics.snowplow/link_click/jsonschema/1-0-1';
/** A self-describing event as a tracker wraps it. */
export const unstruct = (schema: string, data: unknown): string =>
  JSON.stringify({
    schema: 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0',
    data: { schema, data },
  });
/** The body of a request with one such event. */
export const withUnstruct = (ue_pr: string): Buffer => tp2Body(aTrackerEvent({ e: 'ue', ue_pr }));
