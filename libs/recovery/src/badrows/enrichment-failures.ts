import type { Failure } from '@headwater/contracts';
import { enrichedOf } from './enriched';
import { rawEvent } from './request';
import type { RowMaker } from './row';
import { failedAt, failuresOf, fieldOf, messageOf, upTo } from './texts';

/** Values that an enrichment could not work with. */
export const enrichmentFailures: RowMaker = (event) => ({
  failure: {
    timestamp: failedAt(event),
    messages: failuresOf(event).map((failure) => ({
      enrichment: enrichmentOf(failure),
      message: problem(failure),
    })),
  },
  payload: { raw: rawEvent(event), enriched: enrichedOf(event) },
});

const problem = (failure: Failure): object =>
  failure.field === null || failure.expectation === null
    ? { error: upTo(512, messageOf(failure)) }
    : { field: fieldOf(failure), value: failure.value, expectation: upTo(256, failure.expectation) };

/** Ours have no configuration schema; the name says which it was. */
const enrichmentOf = ({ source }: Failure): object | null =>
  source === null
    ? null
    : {
        schemaKey: `iglu:io.headwater.enrichments/${source}/jsonschema/1-0-0`,
        identifier: upTo(256, source),
      };
