import type { CollectorPayload, SelfDescribing } from '@headwater/contracts';
import { failed, ok, type Outcome } from '@headwater/stage';
import { problem } from './problem';
import { readQueryString } from './query-string';
import { sentInQuery, type SentEvent } from './sent-event';

/** What the paths of redirects begin with: `/r/tp2?u=https://…`. */
export const REDIRECT_PATH = /^\/r\/[^/]+$/;

const TRACKER = 'r-tp2';
const PLATFORM = 'web';
const SNOWPLOW = 'com.snowplowanalytics.snowplow';

/**
 * The event of a click that went through the collector: where it went is the event (`uri_redirect`), or, where the query
 * string carries an event already, a context of that event.
 */
export function readRedirect({ querystring }: CollectorPayload): Outcome<readonly SentEvent[]> {
  const query = new Map(readQueryString(querystring));
  const uri = query.get('u');
  if (uri === undefined)
    return failed(
      problem(
        'adapter_failure',
        'The redirect does not say where to. Name the address in the parameter u of the query string.',
        { field: 'u', expectation: 'an absolute URL, percent-encoded' },
      ),
    );
  query.delete('u');
  query.set('tv', TRACKER);
  if (!query.has('p')) query.set('p', PLATFORM);
  const data = JSON.stringify({ uri });
  if (query.has('e')) return ok([sentInQuery(query, { contexts: [{ ...redirect, data }] })]);
  const event = { schema: `iglu:${SNOWPLOW}/uri_redirect/jsonschema/1-0-0`, data: { uri } };
  const wrapped = { schema: `iglu:${SNOWPLOW}/unstruct_event/jsonschema/1-0-0`, data: event };
  query.set('e', 'ue').set('ue_pr', JSON.stringify(wrapped)).delete('ue_px');
  return ok([sentInQuery(query)]);
}

const redirect: Omit<SelfDescribing, 'data'> = {
  vendor: SNOWPLOW,
  name: 'uri_redirect',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
};
