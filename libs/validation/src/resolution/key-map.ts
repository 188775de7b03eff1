import type { SchemaKey } from './schema-key';

interface Entry<T> {
  readonly key: SchemaKey;
  value: T;
}

/**
 * A map from schema keys to values. Every event asks it three or four times: going by vendor, then name, then comparing
 * the few versions costs a third of putting a URI together first, because the strings of a record keep their hashes.
 */
export class KeyMap<T> {
  private readonly vendors = new Map<string, Map<string, Entry<T>[]>>();
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
    const names = this.vendors.get(key.vendor) ?? new Map<string, Entry<T>[]>();
    const entries = names.get(key.name) ?? [];
    entries.push({ key, value });
    this.vendors.set(key.vendor, names.set(key.name, entries));
    this.count += 1;
  }

  *keys(): IterableIterator<SchemaKey> {
    for (const names of this.vendors.values())
      for (const entries of names.values()) for (const { key } of entries) yield key;
  }

  private entry({ vendor, name, format, model, revision, addition }: SchemaKey): Entry<T> | undefined {
    const entries = this.vendors.get(vendor)?.get(name);
    if (entries === undefined) return undefined;
    for (const entry of entries) {
      const { key } = entry;
      if (
        key.addition === addition &&
        key.revision === revision &&
        key.model === model &&
        key.format === format
      )
        return entry;
    }
    return undefined;
  }
}
