import { maskAddresses } from '@headwater/stage';
import { headerOf, type RequestHeaders } from './tracking-request';

/** Client hints (User-Agent Client Hints). */
const CLIENT_HINTS = 'sec-ch-';
/** What GitLab's SDKs say of app and client. */
const GITLAB = 'x-gitlab-';

/**
 * The headers that the envelope keeps: by allow-list, so that a new proxy cannot add an address or a cookie to it.
 * User-Agent, Referer and Content-Type have fields of their own.
 */
export function allowedHeaders(headers: RequestHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) {
    if (name === 'origin' || name === 'accept-language' || name.startsWith(CLIENT_HINTS))
      kept[name] = headerOf(headers, name) ?? '';
    else if (name.startsWith(GITLAB)) kept[name] = maskAddresses(headerOf(headers, name) ?? '');
  }
  return kept;
}
