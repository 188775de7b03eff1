import { igluUri, schemaVer, type SchemaKey } from './schema-key';

/** Longest chain of versions that supersede each other; an Iglu server names the last one at once. */
export const MAX_HOPS = 8;

const SCHEMA_VER = /^([1-9]\d{0,8})-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;

/** Reads a SchemaVer like `1-0-2`, `model-revision-addition`; null when it is none. */
export function parseSchemaVer(text: string): Pick<SchemaKey, 'model' | 'revision' | 'addition'> | null {
  const [, model, revision, addition] = SCHEMA_VER.exec(text) ?? [];
  if (model === undefined) return null;
  return { model: Number(model), revision: Number(revision), addition: Number(addition) };
}

/**
 * The key of the version that a schema says it is superseded by: `"$supersededBy": "1-0-3"`, as an Iglu server writes it.
 * Null when it says nothing.
 *
 * @throws {Error} when that is no later version of the same schema: a chain of earlier ones would have no end
 */
export function superseding(key: SchemaKey, document: object): SchemaKey | null {
  const { $supersededBy: version } = document as Readonly<Record<string, unknown>>;
  if (version === undefined) return null;
  const read = typeof version === 'string' ? parseSchemaVer(version) : null;
  if (!read) throw new Error('its $supersededBy is not a SchemaVer like 1-0-2');
  const next = { ...key, ...read };
  if (compareVersions(next, key) <= 0)
    throw new Error(
      `it says it is superseded by ${schemaVer(next)}, which is not later than ${schemaVer(key)}`,
    );
  return next;
}

/** Less than, equal to or greater than zero, as the first version is before, at or after the second. */
export const compareVersions = (one: SchemaKey, other: SchemaKey): number =>
  one.model - other.model || one.revision - other.revision || one.addition - other.addition;

/** What records a substitution in an event: which schema an entity named, and which version it was checked against. */
export const validationInfo = (original: SchemaKey, validatedWith: SchemaKey) => ({
  vendor: 'com.snowplowanalytics.iglu',
  name: 'validation_info',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
  data: JSON.stringify({ originalSchema: igluUri(original), validatedWith: schemaVer(validatedWith) }),
});
