import type { SchemaKey } from './schema-key';

/** What one place says when it is asked for a schema. */
export type SchemaAnswer =
  | { readonly kind: 'found'; readonly document: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreachable'; readonly reason: string };

/** A place that holds schemas: a folder, a static registry, an Iglu server. */
export interface SchemaSource {
  /** Name in messages and metrics; holds no secret. */
  readonly name: string;
  /** Lower numbers are asked first. */
  readonly priority: number;
  /** Vendors that this source is asked for before any other, whatever its priority. */
  readonly vendorPrefixes: readonly string[];
  /** Whether asking takes no longer than reading a file. */
  readonly isNear?: boolean;
  /** Never rejects: trouble is the answer `unreachable`, because another source may still have the schema. */
  fetch(key: SchemaKey): Promise<SchemaAnswer>;
}

/** The sources in the order to ask them: those that name the vendor first, then by priority, then as listed. */
export function inOrder(sources: readonly SchemaSource[], vendor: string): readonly SchemaSource[] {
  const rank = ({ vendorPrefixes }: SchemaSource): number =>
    vendorPrefixes.some((prefix) => vendor === prefix || vendor.startsWith(`${prefix}.`)) ? 0 : 1;
  return sources.toSorted((one, other) => rank(one) - rank(other) || one.priority - other.priority);
}
