import { maskAddresses } from '@headwater/stage';
import { headerOf, type RequestHeaders } from './tracking-request';

/** Client hints (User-Agent Client Hints). */
const CLIENT_HINTS = 'sec-ch-';
/** What GitLab's SDKs say of app and client. */
const GITLAB = 'x-gitlab-';

/** An id of an app, or a write key. */
const GITLAB_APP = 'x-gitlab-appid';

/**
 * The headers that the envelope keeps: by allow-list, so that a new proxy cannot add an address or a cookie to it.
 * User-Agent, Referer and Content-Type have fields of their own.
 *
 * @param isAdmitted whether an app of the registry admitted the request: what showed it may be a key, and is not kept
 */
export function allowedHeaders(headers: RequestHeaders, isAdmitted: boolean): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) {
    if (name === 'origin' || name === 'accept-language' || name.startsWith(CLIENT_HINTS))
      kept[name] = headerOf(headers, name) ?? '';
    else if (name.startsWith(GITLAB) && !(isAdmitted && name === GITLAB_APP))
      kept[name] = maskAddresses(headerOf(headers, name) ?? '');
  }
  return kept;
}
