import type { CollectorPayload, FailedEvent } from '@headwater/contracts';
import { contentId, type Processor } from '@headwater/stage';
import { allowedHeaders } from './allowed-headers';
import { BOUNCED_ID, bounceLocation, isBounced } from './bounce';
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
import { splitBody } from './split-body';
import { TP2 } from './aliases';
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
  /** Larger than a record: several payloads, and a failed event for each event that no record can hold. */
  | {
      readonly kind: 'split';
      readonly payloads: readonly PayloadPart[];
      readonly events: readonly FailedEvent[];
      readonly setCookies: SetCookies;
    }
  | { readonly kind: 'failed'; readonly event: FailedEvent; readonly setCookies: SetCookies }
  /** Nothing is kept: the browser comes again, and then shows whether it keeps cookies. */
  | { readonly kind: 'bounced'; readonly location: string; readonly setCookies: SetCookies };

export interface PayloadPart {
  readonly payload: CollectorPayload;
  /** Position in the request of its first event. */
  readonly firstIndex: number;
}

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
    ip_address: anonymous ? null : visitorAddress(headers, socketAddress, policy.address),
    user_agent: headerOf(headers, 'user-agent'),
    referer: headerOf(headers, 'referer'),
    headers: allowedHeaders(headers),
    network_userid,
    anonymous,
    cookies: anonymous ? null : keptCookies(headers, policy.keptCookies),
    app: circumstances.app,
  };
  const fits =
    recordSize(payload) <= policy.maximumRecordBytes &&
    (payload.body === null || payload.body.length <= policy.maximumBodyBytes);
  const setCookies = anonymous
    ? expireCookies(cookie, headers)
    : bounced
      ? NO_COOKIES // the id of everybody without cookies must not become anybody's
      : keepCookies(cookie, headers, network_userid);
  return fits ? { kind: 'ok', payload, setCookies } : splitPayload(payload, request, policy, setCookies);
}

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
  const split = body !== null && path === TP2 ? splitBody(body, maximumBytes) : null;
  if (split === null) {
    const event = sizeViolation(outline, processor, moment, {
      actualBytes: body === null || frame > maximumRecordBytes ? recordSize(payload) : body.length,
      maximumBytes: body === null || frame > maximumRecordBytes ? maximumRecordBytes : maximumBytes,
    });
    return { kind: 'failed', event, setCookies };
  }
  return {
    kind: 'split',
    payloads: split.parts.map(({ body: part, firstIndex }, index) => ({
      payload: { ...payload, payload_id: partId(payload_id, index), body: part },
      firstIndex,
    })),
    events: split.oversize.map(({ index, bytes }) =>
      sizeViolation(outline, processor, moment, { actualBytes: bytes, maximumBytes, index }),
    ),
    setCookies,
  };
}

/** The first part bears the id of the whole, so that a part is found by the id of the request and its place in it. */
const partId = (payloadId: string, index: number): string =>
  index === 0 ? payloadId : contentId('collector-payload', payloadId, String(index));
