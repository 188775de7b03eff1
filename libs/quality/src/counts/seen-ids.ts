/**
 * Remembers ids, the newest at least `capacity` of them, in two generations: when the young one is full, the old one is
 * dropped. About 100 bytes an id, at most 2 × capacity ids.
 */
export class SeenIds {
  private young = new Set<string>();
  private old = new Set<string>();

  constructor(private readonly capacity: number) {}

  /** True the first time, false for an id that is remembered. */
  add(id: string): boolean {
    if (this.young.has(id)) return false;
    const isNew = !this.old.has(id);
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Set();
    }
    this.young.add(id);
    return isNew;
  }

  get size(): number {
    return this.young.size + this.old.size;
  }
}
