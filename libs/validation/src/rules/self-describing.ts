import type { Failure, SelfDescribing } from '@headwater/contracts';
import { failure, maskAddresses } from '@headwater/stage';
import { readJson } from '../json';
import { igluUri, keyProblem, schemaVer, type Resolution, type Schemas } from '../resolution';

const LONGEST_TEXT = 256;

/** Whether a self-describing JSON meets the schema it names: all that most events are ever asked. */
export function meetsSchema(json: SelfDescribing, schemas: Schemas): boolean {
  const resolution = schemas.get(json);
  if (resolution?.kind !== 'usable') return false;
  const read = readJson(json.data);
  return read.kind === 'read' && resolution.schema.violations(read.data).length === 0;
}

/**
 * Every way in which a self-describing JSON does not meet the schema it names.
 *
 * @param field where it stands in the event, e.g. `contexts[2]`
 * @param source the rule that asks
 */
export function schemaFailures(
  json: SelfDescribing,
  field: string,
  schemas: Schemas,
  source: string,
): readonly Failure[] {
  const schema = igluUri(json);
  const resolution = schemas.get(json);
  if (resolution?.kind !== 'usable')
    return [unresolved(json, resolution, { field, schema: short(schema), source })];

  const read = readJson(json.data);
  if (read.kind === 'unreadable') {
    const message = `The data of ${field} cannot be checked: ${read.reason}. Send it as JSON that meets ${schema}.`;
    return [failure('schema_violation', message, { field, schema, source, value: json.data })];
  }
  const { supersededBy } = resolution;
  const named = supersededBy ? `${schema}, which ${schemaVer(supersededBy)} supersedes,` : schema;
  return resolution.schema.violations(read.data).map(({ path, keyword, expectation, value }) => {
    const at = short(maskAddresses(path));
    const expected = short(maskAddresses(expectation));
    return failure(
      'schema_violation',
      `${field} does not meet ${named}${at === '' ? '' : ` at ${at}`}: expected ${expected}.`,
      { field, schema, path: at, keyword, expectation: expected, value, source },
    );
  });
}

function unresolved(
  json: SelfDescribing,
  resolution: Exclude<Resolution, { kind: 'usable' }> | undefined,
  details: { readonly field: string; readonly schema: string; readonly source: string },
): Failure {
  const { field, schema } = details;
  if (resolution?.kind === 'missing')
    return failure(
      'schema_violation',
      `${field} names the schema ${schema}, which nobody has. Asked: ${resolution.asked.join(', ') || 'nobody, because no source is configured'}. Publish the schema and replay the event, or correct the tracker.`,
      { ...details, keyword: 'schema', expectation: 'a published schema' },
    );
  if (resolution?.kind === 'unusable')
    return failure(
      'schema_violation',
      `${field} names the schema ${schema}, but what ${resolution.source} holds under that name is no usable schema: ${short(resolution.reason)}. Publish a mended version, then replay the event.`,
      { ...details, keyword: 'schema', expectation: 'a valid draft-04 schema' },
    );
  if (resolution?.kind === 'not-asked')
    return failure(
      'schema_violation',
      `${field} names the schema ${schema}, which was not looked up: ${resolution.unknown} other schemas that came with it are unknown, and asking for more would hold up every event. Replay the event if the schema is published; stop the tracker that invents schemas.`,
      { ...details, keyword: 'schema', expectation: 'a published schema' },
    );
  const reason = keyProblem(json) ?? 'it was not looked up';
  return failure(
    'schema_violation',
    `${field} names ${schema}, which is no Iglu URI of a JSON Schema: ${reason}. Correct the schema that the tracker sends.`,
    { ...details, keyword: 'schema', expectation: 'iglu:vendor/name/jsonschema/1-0-0', value: schema },
  );
}

const short = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
