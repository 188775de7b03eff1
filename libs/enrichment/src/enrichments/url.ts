import { firstParameters } from '../payload/query-string';

/** The parts of an absolute URL, as they were written; null where it has none. */
export interface UrlParts {
  readonly scheme: string | null;
  readonly host: string | null;
  /** The port, also where the scheme implies it. */
  readonly port: number | null;
  readonly path: string | null;
  readonly query: string | null;
  readonly fragment: string | null;
}

const ABSOLUTE =
  /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/(?:[^/?#@]*@)*(\[[^\]/?#@]*\]|[^:/?#@]*)(?::(\d{0,5}))?(?=[/?#]|$))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

const impliedPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };
const none: UrlParts = { scheme: null, host: null, port: null, path: null, query: null, fragment: null };

/** Takes a URL apart without judging it: what is not an absolute URL has no parts, and is no fault of the event. */
export function partsOf(url: string): UrlParts {
  const match = ABSOLUTE.exec(url);
  if (!match) return none;
  const [, written = '', host, port, path, query, fragment] = match;
  const scheme = written.toLowerCase();
  return {
    scheme,
    host: host ? host.toLowerCase() : null,
    port: port ? validPort(Number(port)) : host ? (impliedPorts[scheme] ?? null) : null,
    path: path || null,
    query: query || null,
    fragment: fragment || null,
  };
}

const validPort = (port: number): number | null => (port <= 65_535 ? port : null);

/** The values of some parameters of a query string, decoded; of doubled ones the first that is not empty. */
export function queryParameters(query: string, wanted: ReadonlySet<string>): ReadonlyMap<string, string> {
  if (!mayHold(query, wanted)) return NONE_FOUND;
  const found = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(firstParameters(query)))
    if (value !== '' && wanted.has(key) && !found.has(key)) found.set(key, value);
  return found;
}

const NONE_FOUND: ReadonlyMap<string, string> = new Map();

/** Whether a query can hold one of the parameters at all: most hold none, and reading one takes ten times as long. */
function mayHold(query: string, wanted: ReadonlySet<string>): boolean {
  if (query.includes('%')) return true; // a name may be written with escapes
  for (const name of wanted) if (query.includes(name)) return true;
  return false;
}
