import type { FailureType } from '@headwater/contracts';

/** What a case of a bad row is with us. */
export interface Equivalent {
  /** The case as its schema has it: the properties that it consists of, with their words where these are few. */
  readonly shape: string;
  /** What Snowplow's code calls it. */
  readonly name: string;
  /** Our type; null where with us no event fails of it. */
  readonly type: FailureType | null;
  /** What is different with us; empty where nothing is. */
  readonly note: string;
}

const is = (shape: string, name: string, type: FailureType, note = ''): Equivalent => ({
  shape,
  name,
  type,
  note,
});
const never = (shape: string, name: string, note: string): Equivalent => ({ shape, name, type: null, note });

const FIELD = 'field value expectation';
const NOT_JSON = 'field value error';
const NOT_IGLU = 'json error=INVALID_SCHEMAVER|INVALID_IGLUURI|INVALID_DATA_PAYLOAD|INVALID_SCHEMA';
const CRITERION = 'schemaKey schemaCriterion';
const RESOLUTION = 'schemaKey error > error=ResolutionError lookupHistory';
const VALIDATION = 'schemaKey error > error=ValidationError dataReports';
const SCHEMA_ISSUES = 'schemaKey error > error=ValidationError schemaIssues';
const LATER_RESOLUTION = 'schemaCriterion error > error=ResolutionError lookupHistory';
const LATER_VALIDATION = 'schemaCriterion error > error=ValidationError dataReports';
const LATER_ISSUES = 'schemaCriterion error > error=ValidationError schemaIssues';
const WHOLE = 'failure';

const outage =
  'NotFound is a failure. A registry that does not answer is an outage: the partition waits, and no event fails.';
const noShredding =
  'Data is loaded as it was sent, without tables made from schemas, so nothing is looked up when it is loaded.';
const noForwarder =
  'Consumers read the topic valid-events themselves; what they do with an event is theirs to keep.';

/** Every case of every row of the family `com.snowplowanalytics.snowplow.badrows`, all versions, and what it is with us. */
export const badrowEquivalents: Readonly<Record<string, readonly Equivalent[]>> = {
  adapter_failures: [
    is(
      FIELD,
      'InputData',
      'adapter_failure',
      'A path that no tracker has is a `path_scan`, so that bots spoil no ratio.',
    ),
    is(NOT_JSON, 'NotJson', 'payload_format_violation'),
    is(NOT_IGLU, 'NotIglu', 'tracker_protocol_violation'),
    is('actual expectedMapping expectation', 'SchemaMapping', 'adapter_failure'),
  ],
  collector_payload_format_violation: [
    is('error', 'Fallback', 'undecodable_record'),
    is(
      'payloadField value expectation',
      'InputData',
      'tracker_protocol_violation',
      'A query string that is broken in places is read as far as it can be.',
    ),
  ],
  enrichment_failures: [
    is(
      FIELD,
      'InputData',
      'enrichment_failure',
      'A parameter that is not of its kind is a `tracker_protocol_violation`, a standard field that is too long an `atomic_field_violation`.',
    ),
    is('error', 'Simple', 'enrichment_failure'),
    is(RESOLUTION, 'IgluError: ResolutionError', 'schema_violation', outage),
    is(VALIDATION, 'IgluError: ValidationError', 'schema_violation'),
    is(SCHEMA_ISSUES, 'IgluError: InvalidSchema', 'schema_violation'),
  ],
  event_forwarding_error: [never(WHOLE, 'EventForwardingError', noForwarder)],
  generic_error: [
    is(
      WHOLE,
      'GenericFailure',
      'unknown',
      'Ours have types of their own, among them `app_not_admitted` and `quota_exceeded`.',
    ),
  ],
  loader_iglu_error: [
    never(WHOLE, 'LoaderIgluErrors 1-0-0', noShredding),
    never(RESOLUTION, 'IgluError: ResolutionError', noShredding),
    never(VALIDATION, 'IgluError: ValidationError', noShredding),
    never(SCHEMA_ISSUES, 'IgluError: InvalidSchema', noShredding),
    never('schemaKey message', 'InvalidSchema', noShredding),
    never(LATER_RESOLUTION, 'SchemaListNotFound: ResolutionError', noShredding),
    never(LATER_VALIDATION, 'SchemaListNotFound: ValidationError', noShredding),
    never(LATER_ISSUES, 'SchemaListNotFound: InvalidSchema', noShredding),
    is('schemaKey value expected', 'WrongType', 'loading_failure'),
    never('schemaKey key value', 'MissingInValue', noShredding),
  ],
  loader_parsing_error: [
    is(WHOLE, 'LoaderParsingError 1-0-0', 'undecodable_record'),
    is('type=NotTSV', 'NotTSV', 'undecodable_record'),
    is('type=FieldNumberMismatch fieldCount', 'FieldNumberMismatch', 'undecodable_record'),
    is(
      'type=RowDecodingError errors > type=InvalidValue key value message',
      'InvalidValue',
      'undecodable_record',
    ),
    is(
      'type=RowDecodingError errors > type=UnhandledRowDecodingError message',
      'UnhandledRowDecodingError',
      'undecodable_record',
    ),
  ],
  loader_recovery_error: [
    is(
      'message location',
      'LoaderRecoveryError',
      'loading_failure',
      'A row that is refused is found by halving the block; the others are loaded.',
    ),
    is('message location reason', 'LoaderRecoveryError', 'loading_failure'),
  ],
  loader_runtime_error: [
    is(
      WHOLE,
      'LoaderRuntimeError',
      'loading_failure',
      'A database that does not answer is an outage: the partition waits.',
    ),
  ],
  recovery_error: [
    is(
      WHOLE,
      'RecoveryError',
      'replay_failure',
      'A recipe that does not fit an event is refused before anything is sent; `headwater failed replay` says so.',
    ),
  ],
  relay_failure: [never(WHOLE, 'RelayFailure', noForwarder)],
  schema_violations: [
    is(NOT_JSON, 'NotJson', 'schema_violation'),
    is(NOT_IGLU, 'NotIglu', 'schema_violation'),
    is(CRITERION, 'CriterionMismatch', 'schema_violation'),
    is(RESOLUTION, 'IgluError: ResolutionError', 'schema_violation', outage),
    is(
      VALIDATION,
      'IgluError: ValidationError',
      'schema_violation',
      'Newer versions report standard fields here: with us `atomic_field_violation`.',
    ),
    is(SCHEMA_ISSUES, 'IgluError: InvalidSchema', 'schema_violation'),
  ],
  size_violation: [is(WHOLE, 'SizeViolation', 'size_violation')],
  snowflake_error: [
    is('valueError', 'ValueError', 'loading_failure'),
    never(
      'deduplicationError',
      'DeduplicationError',
      'Copies are dropped and counted; telling them apart cannot fail.',
    ),
  ],
  tracker_protocol_violations: [
    is(FIELD, 'InputData', 'tracker_protocol_violation'),
    is(NOT_JSON, 'NotJson', 'payload_format_violation'),
    is(NOT_IGLU, 'NotIglu', 'tracker_protocol_violation'),
    is(CRITERION, 'CriterionMismatch', 'tracker_protocol_violation'),
    is(
      RESOLUTION,
      'IgluError: ResolutionError',
      'tracker_protocol_violation',
      'The schema of the payload is built in: only a wrong one can be named.',
    ),
    is(VALIDATION, 'IgluError: ValidationError', 'tracker_protocol_violation'),
    is(
      SCHEMA_ISSUES,
      'IgluError: InvalidSchema',
      'tracker_protocol_violation',
      'The schema of the payload is built in.',
    ),
  ],
};
