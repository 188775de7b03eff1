import type { RowMaker } from './row';
import { failedAt, failuresOf, messageOf, upTo } from './texts';

/** Where the bytes lie: what is known of a record that could not be read. */
const placeOf = ({ reference, not_replayable_reason }: Parameters<RowMaker>[0]): string =>
  reference ? JSON.stringify(reference) : (not_replayable_reason ?? '');

/** A record that the enricher could not read: of the collector's topic, as their Thrift records. */
export const collectorPayloadFormatViolation: RowMaker = (event) => ({
  failure: {
    timestamp: failedAt(event),
    loader: 'thrift',
    message: { error: upTo(512, messageOf(failuresOf(event)[0])) },
  },
  payload: placeOf(event),
});

/** A record that a later stage could not read. */
export const loaderParsingError: RowMaker = (event) => ({
  failure: {
    type: 'RowDecodingError',
    errors: failuresOf(event).map((failure) => ({
      type: 'UnhandledRowDecodingError',
      message: messageOf(failure),
    })),
  },
  payload: placeOf(event),
});
