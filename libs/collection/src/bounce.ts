import { headerOf, type RequestHeaders } from './tracking-request';

/** Stands for every browser that keeps no cookies (tracker protocol, cookie bounce). */
export const BOUNCED_ID = '00000000-0000-4000-A000-000000000000';

/** What marks the second visit. */
const MARK = 'n3pc';
const MARKED = /(?:^|&)n3pc=/;
/** What is no ASCII, could end a header, or is a slash to a browser, so that `/\host/` would be another host. */
const UNSAFE = /[^\x21-\x5b\x5d-\x7e]/g;
/** A host as a header may carry it, and an answer repeat it. */
const HOST = /^(?:[a-z\d](?:[a-z\d.-]{0,253}[a-z\d])?|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** True on the second visit. */
export const isBounced = (querystring: string | null): boolean =>
  querystring !== null && MARKED.test(querystring);

/**
 * Where a browser without a cookie is sent to find out whether it keeps one: the same place, marked. Relative, unless a
 * header of the proxy in front says which protocol the browser spoke with it.
 *
 * @param path of the request, aliases not resolved
 * @param protocolHeader name of the header in lower case; null: none is believed
 */
export function bounceLocation(
  path: string,
  querystring: string | null,
  headers: RequestHeaders,
  protocolHeader: string | null,
): string {
  const target = `${path}?${querystring === null ? '' : `${querystring}&`}${MARK}=true`;
  return `${originOf(headers, protocolHeader)}${target}`.replace(UNSAFE, percentEncoded);
}

function originOf(headers: RequestHeaders, protocolHeader: string | null): string {
  if (protocolHeader === null) return '';
  const protocol = headerOf(headers, protocolHeader)?.trim().toLowerCase();
  const host = headerOf(headers, 'host');
  if ((protocol !== 'http' && protocol !== 'https') || host === null || !HOST.test(host)) return '';
  return `${protocol}://${host}`;
}

/** Node reads a request line as Latin-1: each character is the byte that the browser sent. */
const percentEncoded = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
