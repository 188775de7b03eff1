/** What a request asks the collector for. */
export type Route =
  /** Events in the body of a POST. */
  | 'post'
  /** One event in the query string, answered with a pixel. */
  | 'pixel'
  /** A browser asks whether it may send. */
  | 'preflight'
  /** A page for people, probes or robots. */
  | 'page'
  /** A click redirect, which is not served. */
  | 'redirect'
  /** A POST to a path that no tracker uses. */
  | 'nowhere'
  | 'method-not-allowed';

/** Old path of the pixel. */
const aliases: ReadonlyMap<string, string> = new Map([['/ice.png', '/i']]);
const PIXEL = '/i';
/** Paths of two segments that are no vendor and version: the probes, and the click redirects of other collectors. */
const PROBES = '/health/';
const REDIRECTS = '/r/';

/** The path that a path stands for. */
export const resolveAlias = (path: string): string => aliases.get(path) ?? path;

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
 * version; what they mean is decided in the enricher), the pixel at `/i`, preflights anywhere.
 */
export function routeOf(method: string, path: string): Route {
  switch (method) {
    case 'POST':
      return hasTwoSegments(path) ? (reserved(path, 'nowhere') ?? 'post') : 'nowhere';
    case 'GET':
    case 'HEAD':
      if (resolveAlias(path) === PIXEL) return 'pixel';
      return hasTwoSegments(path) ? (reserved(path, 'page') ?? 'pixel') : 'page';
    case 'OPTIONS':
      return 'preflight';
    default:
      return 'method-not-allowed';
  }
}

function reserved(path: string, probe: Route): Route | null {
  if (path.startsWith(PROBES)) return probe;
  return path.startsWith(REDIRECTS) ? 'redirect' : null;
}

function hasTwoSegments(path: string): boolean {
  const middle = path.indexOf('/', 1);
  return path.startsWith('/') && middle > 1 && middle < path.length - 1 && !path.includes('/', middle + 1);
}
