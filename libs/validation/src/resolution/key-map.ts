import { schemaVer, type SchemaKey } from './schema-key';

interface Entry<T> {
  readonly key: SchemaKey;
  value: T;
}

/** The versions of one schema. */
interface Versions<T> {
  /** All of them while they are few, as they are unless somebody invents them. */
  readonly few: Entry<T>[];
  /** All of them, by format and version, once they are more. */
  many: Map<string, Entry<T>> | null;
}

const FEW = 16;

/**
 * A map from schema keys to values. Every event asks it three or four times: going by vendor, then name, then comparing
 * the few versions costs a third of putting a URI together first, because the strings of a record keep their hashes.
 */
export class KeyMap<T> {
  private readonly vendors = new Map<string, Map<string, Versions<T>>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(key: SchemaKey): T | undefined {
    return this.entry(key)?.value;
  }

  has(key: SchemaKey): boolean {
    return this.entry(key) !== undefined;
  }

  set(key: SchemaKey, value: T): void {
    const found = this.entry(key);
    if (found) {
      found.value = value;
      return;
    }
    const names = this.vendors.get(key.vendor) ?? new Map<string, Versions<T>>();
    const versions = names.get(key.name) ?? { few: [], many: null };
    add(versions, { key, value });
    this.vendors.set(key.vendor, names.set(key.name, versions));
    this.count += 1;
  }

  *keys(): IterableIterator<SchemaKey> {
    for (const { key } of this.entries()) yield key;
  }

  *values(): IterableIterator<T> {
    for (const { value } of this.entries()) yield value;
  }

  private *entries(): IterableIterator<Entry<T>> {
    for (const names of this.vendors.values())
      for (const { few, many } of names.values()) yield* many?.values() ?? few;
  }

  private entry(key: SchemaKey): Entry<T> | undefined {
    const versions = this.vendors.get(key.vendor)?.get(key.name);
    if (versions === undefined) return undefined;
    if (versions.many !== null) return versions.many.get(versionOf(key));
    const { format, model, revision, addition } = key;
    for (const entry of versions.few) {
      const other = entry.key;
      if (
        other.addition === addition &&
        other.revision === revision &&
        other.model === model &&
        other.format === format
      )
        return entry;
    }
    return undefined;
  }
}

function add<T>(versions: Versions<T>, entry: Entry<T>): void {
  if (versions.many === null && versions.few.length < FEW) {
    versions.few.push(entry);
    return;
  }
  versions.many ??= new Map(versions.few.map((each) => [versionOf(each.key), each]));
  versions.many.set(versionOf(entry.key), entry);
}

const versionOf = (key: SchemaKey): string => `${key.format}/${schemaVer(key)}`;
