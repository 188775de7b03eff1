import type { FailedEvent } from '@headwater/contracts';

/** Schemas of the family `com.snowplowanalytics.snowplow.badrows` that our failed events become, and their newest versions. */
export const badrowVersions = {
  adapter_failures: '1-0-0',
  collector_payload_format_violation: '1-0-0',
  enrichment_failures: '2-0-1',
  generic_error: '1-0-0',
  loader_parsing_error: '2-0-0',
  loader_runtime_error: '1-0-1',
  recovery_error: '1-0-1',
  schema_violations: '2-0-1',
  size_violation: '1-0-0',
  tracker_protocol_violations: '1-0-1',
} as const;

export type BadrowName = keyof typeof badrowVersions;

/** A bad row: self-describing JSON. */
export interface BadRow {
  readonly schema: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What every row has beside its processor. */
export interface RowParts {
  readonly failure: unknown;
  readonly payload: unknown;
}

/** Makes the failure and the payload of one kind of row. */
export type RowMaker = (event: FailedEvent) => RowParts;

export const badrowUri = (name: BadrowName): string =>
  `iglu:com.snowplowanalytics.snowplow.badrows/${name}/jsonschema/${badrowVersions[name]}`;
