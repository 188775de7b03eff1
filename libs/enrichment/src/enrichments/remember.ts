import { LRUCache } from 'lru-cache';

/** Remembers the latest `max` results of a pure function of a text: user agents repeat, and cost much to read. */
export function remember<T extends object>(max: number, compute: (text: string) => T): (text: string) => T {
  const known = new LRUCache<string, T>({ max });
  return (text) => {
    const found = known.get(text);
    if (found) return found;
    const value = compute(text);
    known.set(text, value);
    return value;
  };
}
