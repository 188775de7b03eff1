import type { Failure, FailureType } from '@headwater/contracts';
import { failure } from '@headwater/stage';

/** What is wrong with a payload as a whole. */
export const problem = (
  type: FailureType,
  message: string,
  details: Partial<Omit<Failure, 'type' | 'message'>>,
): Failure => failure(type, message, { source: 'payload', ...details });

/** Most events that one payload may hold: more than a body of 1 MiB can hold of the shortest that could be valid. */
const MOST_EVENTS = 40_000;
/** Most characters that the query string may take in all events together: each has a copy of what overrides it. */
const MOST_OVERRIDES = 32 * 1024 * 1024;

/** What is wrong with a payload of so many events; null where nothing is. */
export function tooManyEvents(events: number, querystring: string | null): Failure | null {
  if (events > MOST_EVENTS)
    return problem(
      'tracker_protocol_violation',
      `The payload has more than ${MOST_EVENTS} events. Send fewer in one request.`,
      { field: 'body', path: '/data', expectation: `at most ${MOST_EVENTS} events` },
    );
  if (events * (querystring?.length ?? 0) > MOST_OVERRIDES)
    return problem(
      'tracker_protocol_violation',
      'The query string, which overrides every event of the payload, is too long for so many events. Send fewer in one request, or put less into the query string.',
      { field: 'querystring', expectation: `at most ${MOST_OVERRIDES} characters in all events together` },
    );
  return null;
}
