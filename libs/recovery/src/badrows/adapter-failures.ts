import { collectorPayload, vendorOf } from './request';
import type { RowMaker } from './row';
import { failedAt, failuresOf, fieldOf, messageOf, upTo } from './texts';

/** A path that nothing answers to. */
export const adapterFailures: RowMaker = (event) => ({
  failure: {
    timestamp: failedAt(event),
    ...vendorOf(event),
    messages: failuresOf(event).map((failure) => ({
      field: fieldOf(failure),
      value: failure.value,
      expectation: upTo(256, failure.expectation ?? messageOf(failure)),
    })),
  },
  payload: collectorPayload(event),
});
