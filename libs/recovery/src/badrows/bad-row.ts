import type { FailedEvent } from '@headwater/contracts';
import { failureTypes } from '../failure-types';
import { adapterFailures } from './adapter-failures';
import { enrichmentFailures } from './enrichment-failures';
import { genericError } from './generic-error';
import { loaderRuntimeError } from './loader-runtime-error';
import { recoveryError } from './recovery-error';
import { badrowUri, type BadRow, type BadrowName, type RowMaker } from './row';
import { schemaViolations } from './schema-violations';
import { sizeViolation } from './size-violation';
import { processorOf } from './texts';
import { trackerProtocolViolations } from './tracker-protocol-violations';
import { collectorPayloadFormatViolation, loaderParsingError } from './undecodable';

const makers: Readonly<Record<BadrowName, RowMaker>> = {
  adapter_failures: adapterFailures,
  collector_payload_format_violation: collectorPayloadFormatViolation,
  enrichment_failures: enrichmentFailures,
  generic_error: genericError,
  loader_parsing_error: loaderParsingError,
  loader_runtime_error: loaderRuntimeError,
  recovery_error: recoveryError,
  schema_violations: schemaViolations,
  size_violation: sizeViolation,
  tracker_protocol_violations: trackerProtocolViolations,
};

/**
 * A failed event as a row of Snowplow's badrows family, of the newest version of its schema, so that tooling for those reads
 * it. Nothing comes into it that the failed event does not hold: no address, no cookie, no clear identifier.
 */
export function badRowOf(event: FailedEvent): BadRow {
  const name = badrowNameOf(event);
  return { schema: badrowUri(name), data: { processor: processorOf(event), ...makers[name](event) } };
}

function badrowNameOf({ failure_type, stage, event_id }: FailedEvent): BadrowName {
  const { badrow } = failureTypes[failure_type ?? 'unknown'];
  if (badrow === 'collector_payload_format_violation' && stage !== 'enricher') return 'loader_parsing_error';
  // Theirs is an event; a summary or an alert that a table refused is none.
  if (badrow === 'loader_runtime_error' && event_id === null) return 'generic_error';
  return badrow;
}
