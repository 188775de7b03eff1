import type { FailedEvent, Failure } from '@headwater/contracts';
import { enrichedOf } from './enriched';
import { rawEvent } from './request';
import type { RowMaker } from './row';
import { failedAt, failuresOf, fieldOf, messageOf, upTo } from './texts';

const ATOMIC = 'iglu:com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0';

/** Self-describing data and standard fields that do not meet their schemas. */
export const schemaViolations: RowMaker = (event) => ({
  failure: { timestamp: failedAt(event), messages: messagesOf(event) },
  payload: { raw: rawEvent(event), enriched: enrichedOf(event) },
});

/** One message for each problem; what one schema has to say of one JSON is one message with many reports, as theirs. */
function messagesOf(event: FailedEvent): readonly object[] {
  const reports = new Map<string, { readonly schemaKey: string; readonly failures: Failure[] }>();
  const messages: object[] = [];
  for (const failure of failuresOf(event)) {
    const schemaKey = reportingSchema(failure);
    if (schemaKey === null) {
      messages.push(unreadable(failure, event));
      continue;
    }
    const key = `${schemaKey} ${failure.type === 'atomic_field_violation' ? '' : (failure.field ?? '')}`;
    const known = reports.get(key);
    if (known) known.failures.push(failure);
    else {
      const report = { schemaKey, failures: [failure] };
      reports.set(key, report);
    }
  }
  for (const { schemaKey, failures } of reports.values())
    messages.push({ schemaKey, error: { error: 'ValidationError', dataReports: failures.map(dataReport) } });
  return messages;
}

/** The schema that data was held against; null where it did not come to that. */
function reportingSchema({ type, schema, keyword }: Failure): string | null {
  if (type === 'atomic_field_violation') return ATOMIC;
  return schema !== null && keyword !== null && keyword !== 'schema' ? schema : null;
}

const dataReport = (failure: Failure): object => ({
  message: messageOf(failure),
  path:
    failure.type === 'atomic_field_violation' ? `$.${failure.field ?? ''}` : jsonPathOf(failure.path ?? ''),
  keyword: failure.keyword,
  targets: null,
});

/** `/items/0/sku` → `$.items[0].sku`, as their validator writes places. */
const jsonPathOf = (pointer: string): string =>
  `$${pointer
    .split('/')
    .slice(1)
    .map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `.${segment}`))
    .join('')}`;

/** Data that was not held against a schema: theirs are NotIglu, CriterionMismatch, IgluError with a ResolutionError, NotJson. */
function unreadable(failure: Failure, event: FailedEvent): object {
  const { keyword, schema, value, expectation } = failure;
  if (keyword === 'schema' && expectation?.startsWith('iglu:') === true)
    return { json: { schema: value ?? schema }, error: 'INVALID_IGLUURI' };
  if (keyword === 'schema' && schema !== null)
    return { schemaKey: schema, error: resolutionError(failure, event) };
  if (keyword === 'NotIglu') return { json: value, error: 'INVALID_DATA_PAYLOAD' };
  if (keyword === 'CriterionMismatch') return { schemaKey: value ?? '', schemaCriterion: expectation ?? '' };
  return { field: fieldOf(failure), value, error: messageOf(failure) };
}

const resolutionError = (failure: Failure, event: FailedEvent): object => ({
  error: 'ResolutionError',
  lookupHistory: [
    {
      repository: 'headwater',
      errors: [
        {
          error: failure.expectation === 'a published schema' ? 'NotFound' : 'ClientFailure',
          message: upTo(256, messageOf(failure)),
        },
      ],
      attempts: 1,
      lastAttempt: failedAt(event),
    },
  ],
});
