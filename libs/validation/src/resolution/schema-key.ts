import type { SelfDescribing } from '@headwater/contracts';

/** Which schema a self-describing JSON names: vendor, name, format and SchemaVer. */
export type SchemaKey = Omit<SelfDescribing, 'data'>;

const VENDOR = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const NAME = /^[A-Za-z0-9_-]+$/;
const LONGEST_PART = 128;
/** The only format whose data can be checked. */
const JSON_SCHEMA = 'jsonschema';

/** SchemaVer, `model-revision-addition`. */
export const schemaVer = ({ model, revision, addition }: SchemaKey): string =>
  `${model}-${revision}-${addition}`;

/** `iglu:vendor/name/format/1-0-0`. */
export const igluUri = (key: SchemaKey): string =>
  `iglu:${key.vendor}/${key.name}/${key.format}/${key.model}-${key.revision}-${key.addition}`;

/**
 * Why no registry may be asked for a key; null when one may. A key becomes part of a path and of a URL, so nothing but
 * letters, digits, `_`, `-` (and, in a vendor, single dots) passes.
 */
export function keyProblem(key: SchemaKey): string | null {
  const { vendor, name, format, model, revision, addition } = key;
  if (vendor.length > LONGEST_PART || !VENDOR.test(vendor))
    return 'its vendor is not made of letters, digits, "_", "-" and dots between them';
  if (name.length > LONGEST_PART || !NAME.test(name))
    return 'its name is not made of letters, digits, "_" and "-"';
  if (format !== JSON_SCHEMA) return `its format is not "${JSON_SCHEMA}"`;
  const isVersion =
    [model, revision, addition].every((part) => Number.isSafeInteger(part) && part >= 0) && model >= 1;
  return isVersion ? null : 'its version is not a SchemaVer like 1-0-0';
}
