import type { Failure, SelfDescribing } from '@headwater/contracts';
import { failure, maskAddresses } from '@headwater/stage';
import { readJson } from '../json';
import { igluUri, keyProblem, type Resolution, type Schemas } from '../resolution';
import { NO_FAILURES } from './rule';

const LONGEST_TEXT = 256;

/**
 * Checks one self-describing JSON against the schema it names.
 *
 * @param field where it stands in the event, e.g. `contexts[2]`
 * @param source the rule that asks
 */
export function checkSelfDescribing(
  json: SelfDescribing,
  field: string,
  schemas: Schemas,
  source: string,
): readonly Failure[] {
  const schema = igluUri(json);
  const resolution = schemas.get(schema);
  if (resolution?.kind !== 'usable')
    return [unresolved(json, resolution, { field, schema: short(schema), source })];

  const read = readJson(json.data);
  if (read.kind === 'unreadable') {
    const message = `The data of ${field} cannot be checked: ${read.reason}. Send it as JSON that meets ${schema}.`;
    return [failure('schema_violation', message, { field, schema, source, value: json.data })];
  }
  const violations = resolution.schema.violations(read.data);
  if (violations.length === 0) return NO_FAILURES;
  return violations.map(({ path, keyword, expectation, value }) => {
    const at = short(maskAddresses(path));
    const expected = short(maskAddresses(expectation));
    return failure(
      'schema_violation',
      `${field} does not meet ${schema}${at === '' ? '' : ` at ${at}`}: expected ${expected}.`,
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
  const reason = keyProblem(json) ?? 'it was not looked up';
  return failure(
    'schema_violation',
    `${field} names ${schema}, which is no Iglu URI of a JSON Schema: ${reason}. Correct the schema that the tracker sends.`,
    { ...details, keyword: 'schema', expectation: 'iglu:vendor/name/jsonschema/1-0-0', value: schema },
  );
}

const short = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
