import type { Failure, FailedEvent } from '@headwater/contracts';
import { contentId, failedEvent, failure, maskedText, type Processor } from '@headwater/stage';
import { lastOf } from './parameter';
import { headerOf, type TrackingRequest } from './tracking-request';

/** What a failed event tells of the request that it was in. */
export interface RequestOutline extends Pick<TrackingRequest, 'path' | 'headers'> {
  /** App of the registry, or the parameter `aid` of the query string; null: neither says it. */
  readonly app: string | null;
}

export interface Moment {
  readonly now: number;
  readonly payloadId: string;
}

/** Longest app that is named without knowing it, in characters. */
const LONGEST_APP = 255;

/**
 * A failed event for a request of which no content is kept: nothing has pseudonymised it yet.
 *
 * @param index position of the event in the payload; null: the payload as a whole
 */
export function requestFailure(
  { path, headers, app }: RequestOutline,
  processor: Processor,
  { now, payloadId }: Moment,
  problem: Failure,
  notKept: string,
  index: number | null = null,
): FailedEvent {
  return failedEvent('collector', processor, [problem], {
    app_id: maskedText(app) ?? 'unknown',
    collector_tstamp: now,
    payload_id: payloadId,
    payload_index: index,
    useragent: maskedText(headerOf(headers, 'user-agent')),
    path: maskedText(path),
    content_type: maskedText(headerOf(headers, 'content-type')),
    replayable: false,
    not_replayable_reason: notKept,
  });
}

const TOO_LARGE = 'The content was too large to be kept.';

/**
 * For a request, or an event of one, that is larger than what can be kept: the sizes, and no content.
 *
 * @param actualBytes what it takes at least
 * @param digest of its content, where that was read: then the same content sent again has the same id
 */
export function sizeViolation(
  outline: RequestOutline,
  processor: Processor,
  moment: Moment,
  { actualBytes, maximumBytes, index = null, digest }: TooLarge,
): FailedEvent {
  const what = index === null ? 'The request' : `Event ${String(index)} of the request`;
  const problem = failure(
    'size_violation',
    `${what} takes ${String(actualBytes)} bytes or more; the collector keeps at most ${String(maximumBytes)}. Send ${index === null ? 'fewer events in one request, or less with each' : 'less with it'}.`,
    { value: String(actualBytes), expectation: `at most ${String(maximumBytes)} bytes`, source: 'collector' },
  );
  const event = requestFailure(outline, processor, moment, problem, TOO_LARGE, index);
  if (digest === undefined) return event;
  return {
    ...event,
    failed_id: contentId(
      'failed-event',
      'collector',
      'size_violation',
      outline.path,
      outline.app ?? '',
      digest,
    ),
  };
}

export interface TooLarge {
  readonly actualBytes: number;
  readonly maximumBytes: number;
  readonly index?: number | null;
  readonly digest?: string;
}

/** For a body that inflates to many times its size: a bomb, or nothing that a tracker makes. */
export function inflationViolation(
  outline: RequestOutline,
  processor: Processor,
  moment: Moment,
  { bytes, timesAtMost }: { readonly bytes: number; readonly timesAtMost: number },
): FailedEvent {
  const problem = failure(
    'size_violation',
    `The body is ${String(bytes)} bytes of gzip that become more than ${String(timesAtMost)} times as many. Send it less compressed, or plain.`,
    {
      value: String(bytes),
      expectation: `at most ${String(timesAtMost)} times its compressed size`,
      source: 'collector',
    },
  );
  return requestFailure(outline, processor, moment, problem, TOO_LARGE);
}

/** For a body whose Content-Encoding is not read here, or is not the one of its bytes. */
export function encodingViolation(
  outline: RequestOutline,
  processor: Processor,
  moment: Moment,
  { bytes, isRead }: { readonly bytes: number; readonly isRead: boolean },
): FailedEvent {
  const named = headerOf(outline.headers, 'content-encoding') ?? '';
  const problem = failure(
    'payload_format_violation',
    isRead
      ? `The body (${String(bytes)} bytes) is cut off or not in the encoding that Content-Encoding names. Send it whole, as gzip or plain.`
      : `The body (${String(bytes)} bytes) is in an encoding that is not read here. Send it plain, or as one layer of gzip.`,
    { field: 'content_encoding', value: named, expectation: 'gzip or identity', source: 'collector' },
  );
  return requestFailure(
    outline,
    processor,
    moment,
    problem,
    'The content could not be decoded, so it could not be cleared of identifiers and is not kept.',
  );
}

/** For a request that the app registry does not admit. */
export function admissionFailure(
  outline: RequestOutline,
  processor: Processor,
  moment: Moment,
  { field, reason }: { readonly field: string; readonly reason: string },
): FailedEvent {
  const problem = failure('app_not_admitted', reason, { field, source: 'collector' });
  return requestFailure(
    outline,
    processor,
    moment,
    problem,
    'The app was not admitted, so nothing of it is kept.',
  );
}

/** The app that the query string of a request names: as for the enricher, the last one counts. Null: none. */
export function appInQuery(querystring: string | null): string | null {
  const app = lastOf(querystring, 'aid');
  return app === null || app.length > LONGEST_APP ? null : app;
}
