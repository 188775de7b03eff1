/** What a request asks the collector for. */
export type Route =
  /** Events in the body of a POST. */
  | 'post'
  /** One event in the query string, answered with a pixel. */
  | 'pixel'
  /** One event in the query string of a link, answered with the way to its target. */
  | 'redirect'
  /** A browser asks whether it may send. */
  | 'preflight'
  /** A page for people, probes or robots. */
  | 'page'
  /** A POST to a path that no tracker uses. */
  | 'nowhere'
  | 'method-not-allowed';

const PIXEL = '/i';
/** Paths of two segments that are no vendor and version: the probes, and click redirects. */
const PROBES = '/health/';
const REDIRECTS = '/r/';

/** Splits a request target at its first question mark. `querystring` is null when there is none or it is empty. */
export function splitTarget(target: string): { readonly path: string; readonly querystring: string | null } {
  const mark = target.indexOf('?');
  if (mark < 0) return { path: target, querystring: null };
  let start = mark + 1;
  // Readers of query strings skip another question mark: `??ip=…` must not hide a parameter from us and not from them.
  while (target.charCodeAt(start) === 0x3f) start += 1;
  return { path: target.slice(0, mark), querystring: start < target.length ? target.slice(start) : null };
}

/**
 * Recognises the tracking routes of the Snowplow collector: POST, GET and HEAD on any path of two segments (vendor and
 * version; what they mean is decided in the enricher), the pixel at `/i`, links at `/r/tp2`, preflights anywhere. A path
 * with a slash at its end is another path, as in other collectors.
 *
 * @param path aliases resolved
 */
export function routeOf(method: string, path: string): Route {
  switch (method) {
    case 'POST':
      return isTrackingPath(path) ? 'post' : 'nowhere';
    case 'GET':
    case 'HEAD':
      if (path === PIXEL || isTrackingPath(path)) return 'pixel';
      return hasTwoSegments(path) && path.startsWith(REDIRECTS) ? 'redirect' : 'page';
    case 'OPTIONS':
      return 'preflight';
    default:
      return 'method-not-allowed';
  }
}

/** A vendor and a version. */
const isTrackingPath = (path: string): boolean =>
  hasTwoSegments(path) && !path.startsWith(PROBES) && !path.startsWith(REDIRECTS);

/** Whether events sent to a path, by one method or another, are taken. */
export const takesEvents = (path: string): boolean =>
  path === PIXEL || isTrackingPath(path) || (hasTwoSegments(path) && path.startsWith(REDIRECTS));

function hasTwoSegments(path: string): boolean {
  const middle = path.indexOf('/', 1);
  return path.startsWith('/') && middle > 1 && middle < path.length - 1 && !path.includes('/', middle + 1);
}
