import { cookieValue, type CookiePolicy } from './cookies';
import { lastOf } from './parameter';
import type { RequestHeaders } from './tracking-request';

/** Stands for nobody: what an anonymous request gets (tracker protocol, server-side anonymisation). */
export const ANONYMOUS_ID = '00000000-0000-0000-0000-000000000000';

/** What a caller may choose as an id. Anything else is ignored: it could be an address, or break a header. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id that a request brings of the visitor's browser or network: parameter `nuid`, else the cookie; else null. */
export function broughtId(
  querystring: string | null,
  headers: RequestHeaders,
  cookie: Pick<CookiePolicy, 'enabled' | 'name'>,
): string | null {
  const asked = lastOf(querystring, 'nuid');
  if (asked !== null && UUID.test(asked)) return asked.toLowerCase();
  const kept = cookie.enabled ? cookieValue(headers, cookie.name) : null;
  return kept !== null && UUID.test(kept) ? kept.toLowerCase() : null;
}
