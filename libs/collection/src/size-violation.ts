import type { FailedEvent } from '@headwater/contracts';
import { failedEvent, failure, maskAddresses, type Processor } from '@headwater/stage';
import { headerOf, type TrackingRequest } from './tracking-request';

/**
 * The failed event for a request that is too large to be kept. It holds the sizes and no content: a part of the body
 * would hold identifiers that nothing has pseudonymised yet.
 *
 * @param actualBytes what the request, or the record made of it, takes at least
 */
export function sizeViolation(
  request: Pick<TrackingRequest, 'path' | 'headers'>,
  processor: Processor,
  { now, payloadId }: { readonly now: number; readonly payloadId: string },
  actualBytes: number,
  maximumBytes: number,
): FailedEvent {
  const problem = failure(
    'size_violation',
    `The request takes ${String(actualBytes)} bytes or more; the collector keeps at most ${String(maximumBytes)}. Send fewer events in one request, or less with each.`,
    {
      value: String(actualBytes),
      expectation: `at most ${String(maximumBytes)} bytes`,
      source: 'collector',
    },
  );
  return failedEvent('collector', processor, [problem], {
    app_id: 'unknown',
    collector_tstamp: now,
    payload_id: payloadId,
    useragent: masked(headerOf(request.headers, 'user-agent')),
    path: masked(request.path),
    content_type: masked(headerOf(request.headers, 'content-type')),
    replayable: false,
    not_replayable_reason: 'The content was too large to be kept.',
  });
}

const masked = (text: string | null): string | null => (text === null ? null : maskAddresses(text));
