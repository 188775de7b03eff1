import { maskAddresses } from '@headwater/stage';
import { headerOf, type RequestHeaders } from './tracking-request';

/** How the collector's own cookie is set. Off by default: it needs consent. */
export interface CookiePolicy {
  readonly enabled: boolean;
  readonly name: string;
  /** Name of a second cookie with the same value, which scripts of the page can read; null: none. */
  readonly clientName: string | null;
  readonly maxAgeSeconds: number;
  /** The cookie is set for the first of these that is, or is a parent of, the host of the page. */
  readonly domains: readonly string[];
  /** Domain when none of them fits; null: the collector's own host. */
  readonly fallbackDomain: string | null;
  readonly sameSite: 'None' | 'Lax' | 'Strict';
  /** Only over HTTPS. Browsers refuse `SameSite=None` without it. */
  readonly secure: boolean;
}

/** Values of Set-Cookie headers. */
export type SetCookies = readonly string[];

export const NO_COOKIES: SetCookies = [];

/** What a request that takes part is given; nothing while the cookie is off. */
export function keepCookies(cookie: CookiePolicy, headers: RequestHeaders, id: string): SetCookies {
  if (!cookie.enabled) return NO_COOKIES;
  const own = setCookie(cookie, headers, { name: cookie.name, value: id, httpOnly: true });
  if (cookie.clientName === null) return [own];
  return [own, setCookie(cookie, headers, { name: cookie.clientName, value: id, httpOnly: false })];
}

/** Makes an anonymous visitor's browser forget the cookies that it sent, also while cookies are off. */
export function expireCookies(cookie: CookiePolicy, headers: RequestHeaders): SetCookies {
  if (headers['cookie'] === undefined) return NO_COOKIES;
  const expired = (name: string | null, httpOnly: boolean): readonly string[] =>
    name === null || cookieValue(headers, name) === null
      ? NO_COOKIES
      : [setCookie(cookie, headers, { name, value: '', httpOnly })];
  return [...expired(cookie.name, true), ...expired(cookie.clientName, false)];
}

/** The cookies of these names, addresses masked; null when the request has none of them. */
export function keptCookies(
  headers: RequestHeaders,
  names: readonly string[],
): Readonly<Record<string, string>> | null {
  if (names.length === 0 || headers['cookie'] === undefined) return null;
  const kept = names.flatMap((name): readonly (readonly [string, string])[] => {
    const value = cookieValue(headers, name);
    return value === null ? [] : [[name, maskAddresses(value)]];
  });
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** The value of the first cookie of a name; null when there is none. */
export const cookieValue = (headers: RequestHeaders, name: string): string | null =>
  cookieValues(headers, name)[0] ?? null;

/** The values of all cookies of a name: a browser sends those of several paths and domains. */
export function cookieValues(headers: RequestHeaders, name: string): readonly string[] {
  const header = headerOf(headers, 'cookie');
  if (header === null) return [];
  const values: string[] = [];
  for (const pair of header.split(/[;,]/)) {
    const equals = pair.indexOf('=');
    if (equals >= 0 && pair.slice(0, equals).trim() === name) values.push(pair.slice(equals + 1).trim());
  }
  return values;
}

interface Cookie {
  readonly name: string;
  /** Empty: the browser is to forget it. */
  readonly value: string;
  readonly httpOnly: boolean;
}

function setCookie(policy: CookiePolicy, headers: RequestHeaders, { name, value, httpOnly }: Cookie): string {
  const domain = cookieDomain(policy, headerOf(headers, 'origin'));
  return [
    `${name}=${value}`,
    `Max-Age=${value === '' ? '0' : String(policy.maxAgeSeconds)}`,
    'Path=/',
    ...(domain === null ? [] : [`Domain=${domain}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(policy.secure ? ['Secure'] : []),
    `SameSite=${policy.sameSite}`,
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
