import type { CollectorPayload, FailedEvent } from '@headwater/contracts';
import { contentId, type Processor } from '@headwater/stage';
import { allowedHeaders } from './allowed-headers';
import { BOUNCED_ID, bounceLocation, isBounced } from './bounce';
import { contentDigest } from './content-digest';
import {
  expireCookies,
  keepCookies,
  keptCookies,
  NO_COOKIES,
  type CookiePolicy,
  type SetCookies,
} from './cookies';
import { truncateIpInBody, truncateIpInQuery } from './ip-parameter';
import { ANONYMOUS_ID, broughtId } from './network-user-id';
import { recordSize } from './record-size';
import { appInQuery, sizeViolation, type RequestOutline } from './request-failure';
import { splitBody, type SplitBody } from './split-body';
import { lastOf } from './parameter';
import { TP1, TP2 } from './aliases';
import { headerOf, type TrackingRequest } from './tracking-request';
import { visitorAddress, type AddressPolicy } from './visitor-address';

export interface CollectionPolicy {
  readonly processor: Processor;
  readonly address: AddressPolicy;
  readonly cookie: CookiePolicy;
  /** Whether a browser without the cookie is sent round once, to see whether it keeps one; null: no. */
  readonly bounce: { readonly protocolHeader: string | null } | null;
  /** Names of cookies that the payload keeps. */
  readonly keptCookies: readonly string[];
  /** Largest body that one record holds, bytes: a larger one is split between its events. */
  readonly maximumBodyBytes: number;
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
  /** App of the registry that the request was admitted for. */
  readonly app: string | null;
  /** The visitor asked not to be known in another way than by SP-Anonymous. */
  readonly anonymous: boolean;
}

/** What becomes of a request. */
export type Collected =
  | { readonly kind: 'ok'; readonly payload: CollectorPayload; readonly setCookies: SetCookies }
  /**
   * Larger than a record: several payloads, and a failed event for each event that no record can hold. Each is made when
   * it is asked for, so that nothing else has to wait for all of them.
   */
  | { readonly kind: 'split'; readonly parts: Iterable<Part>; readonly setCookies: SetCookies }
  | { readonly kind: 'failed'; readonly event: FailedEvent; readonly setCookies: SetCookies }
  /** Nothing is kept: the browser comes again, and then shows whether it keeps cookies. */
  | { readonly kind: 'bounced'; readonly location: string; readonly setCookies: SetCookies };

/** A part of what a request became. */
export type Part =
  /** `firstIndex`: position in the request of its first event. */
  | { readonly kind: 'ok'; readonly payload: CollectorPayload; readonly firstIndex: number }
  | { readonly kind: 'failed'; readonly event: FailedEvent };

/**
 * Turns a request into the record that stands for it. Nothing in it holds the visitor's full address: header and
 * socket give a truncated one, the parameter `ip` is truncated in query and body, other headers and cookies pass an
 * allow-list. A visitor who asked for anonymity (header `SP-Anonymous`, any value) leaves no address, cookie or network
 * id at all.
 */
export function collect(
  request: TrackingRequest,
  policy: CollectionPolicy,
  circumstances: Circumstances,
): Collected {
  const { method, path, headers, socketAddress } = request;
  const { bounce, cookie } = policy;
  const anonymous = circumstances.anonymous || headers['sp-anonymous'] !== undefined;
  const querystring =
    request.querystring === null ? null : truncateIpInQuery(request.querystring, anonymous) || null;
  const brought = anonymous ? ANONYMOUS_ID : broughtId(querystring, headers, cookie);
  const mayBounce = bounce !== null && cookie.enabled && brought === null && request.asksFor === 'pixel';
  const bounced = mayBounce && isBounced(querystring);
  if (mayBounce && !bounced) {
    const location = bounceLocation(request.askedPath, request.querystring, headers, bounce.protocolHeader);
    return { kind: 'bounced', location, setCookies: keepCookies(cookie, headers, circumstances.newId()) };
  }
  const network_userid = brought ?? (bounced ? BOUNCED_ID : circumstances.newId());
  const isLarge = request.body !== null && request.body.length > policy.maximumBodyBytes;
  const payload: CollectorPayload = {
    payload_id: circumstances.payloadId,
    collector_tstamp: circumstances.now,
    collector: policy.processor,
    method,
    path,
    querystring,
    content_type: headerOf(headers, 'content-type'),
    body: request.body === null || isLarge ? request.body : truncateIpInBody(request.body, anonymous),
    hostname: headerOf(headers, 'host'),
    ip_address: anonymous ? null : visitorAddress(headers, socketAddress, policy.address),
    user_agent: headerOf(headers, 'user-agent'),
    referer: headerOf(headers, 'referer'),
    headers: allowedHeaders(headers, circumstances.app !== null),
    network_userid,
    anonymous,
    cookies: anonymous ? null : keptCookies(headers, policy.keptCookies),
    app: circumstances.app,
  };
  const setCookies = anonymous
    ? expireCookies(cookie, headers)
    : bounced
      ? NO_COOKIES // the id of everybody without cookies must not become anybody's
      : keepCookies(cookie, headers, network_userid);
  if (!isLarge && recordSize(payload) <= policy.maximumRecordBytes)
    return { kind: 'ok', payload, setCookies };
  return splitPayload(payload, request, policy, setCookies);
}

/** Whether the body is a list of events, as far as the path tells: version 1 looks there if no event is in the query string. */
const holdsList = ({ path, querystring }: CollectorPayload): boolean =>
  path === TP2 || (path === TP1 && lastOf(querystring, 'e') === null);

/** Cuts a payload between its events; where that cannot be done, all of it is too large. */
function splitPayload(
  payload: CollectorPayload,
  { headers }: TrackingRequest,
  { processor, maximumBodyBytes, maximumRecordBytes }: CollectionPolicy,
  setCookies: SetCookies,
): Collected {
  const { payload_id, collector_tstamp, body, path, querystring, app } = payload;
  const outline: RequestOutline = { path: path ?? '', headers, app: app ?? appInQuery(querystring) };
  const moment = { now: collector_tstamp, payloadId: payload_id };
  const frame = recordSize({ ...payload, body: null });
  const maximumBytes = Math.min(maximumBodyBytes, maximumRecordBytes - frame);
  const split = body !== null && holdsList(payload) ? splitBody(body, maximumBytes) : null;
  if (body === null || split === null) {
    const isFrame = body === null || frame > maximumRecordBytes;
    const event = sizeViolation(outline, processor, moment, {
      actualBytes: isFrame ? recordSize(payload) : body.length,
      maximumBytes: isFrame ? maximumRecordBytes : maximumBytes,
      ...(body === null ? {} : { digest: contentDigest(body) }),
    });
    return { kind: 'failed', event, setCookies };
  }

  const violation = (content: Buffer, index: number): Part => ({
    kind: 'failed',
    event: sizeViolation(outline, processor, moment, {
      actualBytes: content.length,
      maximumBytes,
      index,
      digest: contentDigest(content),
    }),
  });
  function* parts(whole: Buffer, { parts: bodies, oversize }: SplitBody): Iterable<Part> {
    let index = 0;
    for (const part of bodies) {
      const kept = truncateIpInBody(part.body, payload.anonymous === true);
      const { firstIndex } = part;
      // Numbers written out at length are all that makes a rewritten body longer.
      if (kept.length > maximumBytes) yield violation(kept, firstIndex);
      else
        yield {
          kind: 'ok',
          payload: { ...payload, payload_id: partId(payload_id, index), body: kept },
          firstIndex,
        };
      index += 1;
    }
    for (const { index: place, from, to } of oversize) yield violation(whole.subarray(from, to), place);
  }
  return {
    kind: 'split',
    parts: { [Symbol.iterator]: () => parts(body, split)[Symbol.iterator]() },
    setCookies,
  };
}

/** The first part bears the id of the whole, so that a part is found by the id of the request and its place in it. */
const partId = (payloadId: string, index: number): string =>
  index === 0 ? payloadId : contentId('collector-payload', payloadId, String(index));
