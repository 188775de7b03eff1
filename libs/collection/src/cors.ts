/** Which pages may send events with credentials, and what they may send besides. */
export interface CorsPolicy {
  /** Origins that are let in, as browsers write them; an entry `*` lets in any that has a host. */
  readonly origins: readonly string[];
  /** Request headers that are allowed besides {@link TRACKER_HEADERS}. */
  readonly headers: readonly string[];
  readonly maxAgeSeconds: number;
}

/** What trackers send: `X-GitLab-AppId` is that of GitLab's browser SDK, the last ones are ours. */
export const TRACKER_HEADERS = [
  'Content-Type',
  'SP-Anonymous',
  'X-GitLab-AppId',
  'X-Headwater-Key',
  'X-Headwater-Strict',
] as const;

/** scheme://host[:port] (RFC 6454, section 6.2): nothing else is ever repeated in an answer. */
const ORIGIN = /^[a-z][a-z\d+.-]{0,30}:\/\/(?:[a-z\d._~-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/**
 * What an answer says to the page's browser: the origin that may read it, with credentials; null when the page is not
 * let in. The origin `null` (sandboxed frames, local files) could be anyone's, and is only let in when it is listed.
 *
 * @param origin the Origin header; of several the first counts; undefined: not sent by a page
 */
export function allowedOrigin(policy: CorsPolicy, origin: string | undefined): string | null {
  if (origin === undefined) return '*';
  const space = origin.indexOf(' ');
  const first = space < 0 ? origin : origin.slice(0, space);
  if (policy.origins.includes(first)) return first;
  return policy.origins.includes('*') && ORIGIN.test(first) ? first : null;
}

/** Headers of an answer to any tracking request, as a flat list of names and values. */
export function corsHeaders(policy: CorsPolicy, origin: string | undefined): readonly string[] {
  const allowed = allowedOrigin(policy, origin);
  if (allowed === null) return VARY;
  return [...VARY, 'Access-Control-Allow-Origin', allowed, 'Access-Control-Allow-Credentials', 'true'];
}

/** Headers of the answer to a preflight. */
export function preflightHeaders(policy: CorsPolicy, origin: string | undefined): readonly string[] {
  if (allowedOrigin(policy, origin) === null) return VARY;
  return [
    ...corsHeaders(policy, origin),
    'Access-Control-Allow-Methods',
    'POST, GET, HEAD, OPTIONS',
    'Access-Control-Allow-Headers',
    [...TRACKER_HEADERS, ...policy.headers].join(', '),
    'Access-Control-Max-Age',
    String(policy.maxAgeSeconds),
  ];
}

const VARY = ['Vary', 'Origin'] as const;
