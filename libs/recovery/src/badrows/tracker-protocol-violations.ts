import type { Failure } from '@headwater/contracts';
import { collectorPayload, vendorOf } from './request';
import type { RowMaker } from './row';
import { failedAt, failuresOf, fieldOf, messageOf, upTo } from './texts';

/** Parameters and payloads that break the protocol. */
export const trackerProtocolViolations: RowMaker = (event) => ({
  failure: { timestamp: failedAt(event), ...vendorOf(event), messages: failuresOf(event).map(problem) },
  payload: collectorPayload(event),
});

/** Their `NotJson` where a text could not be read, their `InputData` otherwise. */
const problem = (failure: Failure): object =>
  failure.type === 'payload_format_violation' || failure.expectation === null
    ? { field: fieldOf(failure), value: failure.value, error: messageOf(failure) }
    : { field: fieldOf(failure), value: failure.value, expectation: upTo(256, failure.expectation) };
