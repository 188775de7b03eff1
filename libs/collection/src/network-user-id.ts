import { headerOf, type RequestHeaders } from './tracking-request';

/** Stands for nobody: what an anonymous request gets (tracker protocol, server-side anonymisation). */
export const ANONYMOUS_ID = '00000000-0000-0000-0000-000000000000';

/** What a caller may choose as an id. Anything else is ignored: it could be an address, or break a header. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How the collector's own cookie is set. Off by default: it needs consent. */
export interface CookiePolicy {
  readonly enabled: boolean;
  readonly name: string;
  readonly maxAgeSeconds: number;
  /** The cookie is set for the first of these that is, or is a parent of, the host of the page. */
  readonly domains: readonly string[];
  /** Domain when none of them fits; null: the collector's own host. */
  readonly fallbackDomain: string | null;
  readonly sameSite: 'None' | 'Lax' | 'Strict';
  /** Only over HTTPS. Browsers refuse `SameSite=None` without it. */
  readonly secure: boolean;
}

/** The id of the visitor's browser or network: parameter `nuid`, else the cookie, else a new one. */
export function networkUserId(
  querystring: string | null,
  headers: RequestHeaders,
  cookie: CookiePolicy,
  newId: () => string,
): string {
  const asked = querystring?.includes('nuid=') ? new URLSearchParams(querystring).get('nuid') : null;
  if (asked !== null && UUID.test(asked)) return asked.toLowerCase();
  const kept = cookie.enabled ? cookieValue(headers, cookie.name) : null;
  return kept !== null && UUID.test(kept) ? kept.toLowerCase() : newId();
}

/** The Set-Cookie header of a request that takes part; null while the cookie is off. */
export function keepCookie(cookie: CookiePolicy, headers: RequestHeaders, id: string): string | null {
  return cookie.enabled ? setCookie(cookie, headers, id, cookie.maxAgeSeconds) : null;
}

/** The Set-Cookie header that makes an anonymous visitor's browser forget the cookie; null when it sent none. */
export function expireCookie(cookie: CookiePolicy, headers: RequestHeaders): string | null {
  return cookieValue(headers, cookie.name) === null ? null : setCookie(cookie, headers, '', 0);
}

function setCookie(cookie: CookiePolicy, headers: RequestHeaders, value: string, maxAge: number): string {
  const domain = cookieDomain(cookie, headerOf(headers, 'origin'));
  return [
    `${cookie.name}=${value}`,
    `Max-Age=${String(maxAge)}`,
    'Path=/',
    ...(domain === null ? [] : [`Domain=${domain}`]),
    'HttpOnly',
    ...(cookie.secure ? ['Secure'] : []),
    `SameSite=${cookie.sameSite}`,
  ].join('; ');
}

function cookieDomain({ domains, fallbackDomain }: CookiePolicy, origins: string | null): string | null {
  if (domains.length === 0 || origins === null) return fallbackDomain;
  const hosts = origins.split(' ').map(hostOf);
  const fits = (domain: string): boolean =>
    hosts.some((host) => host === domain || host.endsWith(`.${domain}`));
  return domains.find(fits) ?? fallbackDomain;
}

const hostOf = (origin: string): string =>
  /^[a-z][a-z\d+.-]*:\/\/([^/:?#]+)/i.exec(origin)?.[1]?.toLowerCase() ?? '';

function cookieValue(headers: RequestHeaders, name: string): string | null {
  const header = headerOf(headers, 'cookie');
  if (header === null) return null;
  for (const pair of header.split(/[;,]/)) {
    const [key = '', ...value] = pair.split('=');
    if (key.trim() === name) return value.join('=').trim();
  }
  return null;
}
