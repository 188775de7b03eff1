import type { RowMaker } from './row';
import { failedAt, failuresOf, messageOf, upTo } from './texts';

/** What badrows takes for the largest size there is. */
const LARGEST = 1_073_741_824;

const bytesIn = (text: string | null): number => Math.min(Number(/\d+/.exec(text ?? '')?.[0] ?? 0), LARGEST);

/** The sizes; there is no content to show. */
export const sizeViolation: RowMaker = (event) => {
  const [failure] = failuresOf(event);
  return {
    failure: {
      timestamp: failedAt(event),
      maximumAllowedSizeBytes: bytesIn(failure.expectation),
      actualSizeBytes: bytesIn(failure.value),
      expectation: upTo(256, messageOf(failure)),
    },
    payload: event.not_replayable_reason ?? '',
  };
};
