/**
 * Remembers the values used last: never fewer than the latest `size`, never more than twice as many. Two generations
 * instead of a list in order of use, so that a hit costs one look-up and moves nothing.
 */
export class RecentlyUsed<Value> {
  private young = new Map<string, Value>();
  private old = new Map<string, Value>();

  /** @param size at least 1 */
  constructor(private readonly size: number) {}

  /** The remembered value, or the one that `compute` makes, which is remembered then. */
  get(key: string, compute: (key: string) => Value): Value {
    const known = this.young.get(key);
    if (known !== undefined) return known;
    const value = this.old.get(key) ?? compute(key);
    this.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    if (this.young.size >= this.size) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }
}
