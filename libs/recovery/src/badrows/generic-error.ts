import { bodyOf } from './request';
import type { RowMaker } from './row';
import { failedAt, failuresOf, messageOf } from './texts';

/** What has no type of its own in the family: unknown apps, quotas, failures of newer versions. */
export const genericError: RowMaker = (event) => ({
  failure: { timestamp: failedAt(event), errors: failuresOf(event).map(messageOf) },
  payload: bodyOf(event) ?? '',
});
