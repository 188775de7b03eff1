import type { CollectorPayload, FailedEvent } from '@headwater/contracts';
import type { Processor } from '@headwater/stage';
import { allowedHeaders } from './allowed-headers';
import { truncateIpInBody, truncateIpInQuery } from './ip-parameter';
import { ANONYMOUS_ID, expireCookie, keepCookie, networkUserId, type CookiePolicy } from './network-user-id';
import { recordSize } from './record-size';
import { sizeViolation } from './size-violation';
import { headerOf, type TrackingRequest } from './tracking-request';
import { visitorAddress } from './visitor-address';

export interface CollectionPolicy {
  readonly processor: Processor;
  /** See {@link visitorAddress}. */
  readonly trustedProxies: number | null;
  readonly cookie: CookiePolicy;
  /** Largest record that the payload topic holds, bytes. */
  readonly maximumRecordBytes: number;
}

/** What is passed in, so that the same request always gives the same payload. */
export interface Circumstances {
  /** When the request arrived, milliseconds since 1970. */
  readonly now: number;
  readonly payloadId: string;
  /** Makes a random UUID, when the visitor has none. */
  readonly newId: () => string;
}

/**
 * What becomes of a request. Here is the room for a third end: what a request itself refuses (do-not-track, `Sec-GPC`,
 * an opt-out cookie) is to be dropped before Kafka, and counted under its reason.
 */
export type Collected =
  | { readonly kind: 'ok'; readonly payload: CollectorPayload; readonly setCookie: string | null }
  | { readonly kind: 'failed'; readonly event: FailedEvent; readonly setCookie: null };

/**
 * Turns a request into the one record that stands for it. Nothing in it holds the visitor's full address: header and
 * socket give a truncated one, the parameter `ip` is truncated in query and body, other headers pass an allow-list.
 * A visitor who asked for anonymity (header `SP-Anonymous`, any value) leaves no address, cookie or network id at all.
 */
export function collect(
  request: TrackingRequest,
  policy: CollectionPolicy,
  circumstances: Circumstances,
): Collected {
  const { method, path, headers, socketAddress } = request;
  const anonymous = headers['sp-anonymous'] !== undefined;
  const querystring =
    request.querystring === null ? null : truncateIpInQuery(request.querystring, anonymous) || null;
  const network_userid = anonymous
    ? ANONYMOUS_ID
    : networkUserId(querystring, headers, policy.cookie, circumstances.newId);
  const payload: CollectorPayload = {
    payload_id: circumstances.payloadId,
    collector_tstamp: circumstances.now,
    collector: policy.processor,
    method,
    path,
    querystring,
    content_type: headerOf(headers, 'content-type'),
    body: request.body === null ? null : truncateIpInBody(request.body, anonymous),
    hostname: headerOf(headers, 'host'),
    ip_address: anonymous ? null : visitorAddress(headers, socketAddress, policy.trustedProxies),
    user_agent: headerOf(headers, 'user-agent'),
    referer: headerOf(headers, 'referer'),
    headers: allowedHeaders(headers),
    network_userid,
    anonymous,
    cookies: null,
    app: null,
  };
  const size = recordSize(payload);
  if (size > policy.maximumRecordBytes) {
    const event = sizeViolation(request, policy.processor, circumstances, size, policy.maximumRecordBytes);
    return { kind: 'failed', event, setCookie: null };
  }
  const setCookie = anonymous
    ? expireCookie(policy.cookie, headers)
    : keepCookie(policy.cookie, headers, network_userid);
  return { kind: 'ok', payload, setCookie };
}
