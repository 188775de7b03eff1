import { SchemaRegistryUnavailable } from './registry-unavailable';
import { igluUri, schemaVer, type SchemaKey } from './schema-key';
import { inOrder, type SchemaSource } from './schema-source';

/** Where a schema was found, or who was asked in vain. */
export type LookUp =
  | { readonly kind: 'found'; readonly document: object; readonly source: string }
  | { readonly kind: 'missing'; readonly asked: readonly string[] };

/**
 * Asks the sources one after the other until one has the schema. A schema is unknown only when *every* source answered
 * that it does not have it: an outage is never taken for an unknown schema.
 *
 * @throws {SchemaRegistryUnavailable} when none has it and at least one gave no usable answer
 */
export async function lookUp(sources: readonly SchemaSource[], key: SchemaKey): Promise<LookUp> {
  const unreachable: { source: string; reason: string }[] = [];
  const asked: string[] = [];
  for (const source of inOrder(sources, key.vendor)) {
    const answer = await source.fetch(key);
    asked.push(source.name);
    if (answer.kind === 'unreachable') unreachable.push({ source: source.name, reason: answer.reason });
    if (answer.kind !== 'found') continue;
    if (describesItselfAs(key, answer.document))
      return { kind: 'found', document: answer.document, source: source.name };
    // A page behind a login, a message with status 200, a misplaced file: taken as a schema it would accept anything.
    unreachable.push({
      source: source.name,
      reason: 'answered with something that does not call itself this schema',
    });
  }
  if (unreachable.length > 0) throw new SchemaRegistryUnavailable(igluUri(key), unreachable);
  return { kind: 'missing', asked };
}

function describesItselfAs(key: SchemaKey, document: unknown): document is object {
  if (typeof document !== 'object' || document === null || !('self' in document)) return false;
  const { self } = document;
  if (typeof self !== 'object' || self === null) return false;
  const { vendor, name, format, version } = self as Readonly<Record<string, unknown>>;
  return vendor === key.vendor && name === key.name && format === key.format && version === schemaVer(key);
}
