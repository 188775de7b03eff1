/** Where a record stands whose events ask. */
export interface RecordPosition {
  readonly partition: number;
  /** First offset of the batch that is judged: everything before it is done, and is not judged again. */
  readonly first: bigint;
  readonly offset: bigint;
}

interface Remembered {
  first: bigint;
  /** By offset, what was granted to the events of a record, in their order. */
  readonly records: Map<bigint, boolean[]>;
}

/**
 * What was granted to the events of records that are not done yet, so that a batch that is judged again is granted the same
 * and counts once, however it is cut the next time. It holds about one batch of each partition.
 *
 * A snapshot of the quotas would not do: partitions take turns and share the quotas, so to restore it for one would give
 * back what was granted to the others.
 */
export class Grants {
  private readonly partitions = new Map<number, Remembered>();
  private current: Remembered | null = null;
  private offset = 0n;
  private asked = 0;

  /** The next questions are of the events of this record, from its first event on. */
  at({ partition, first, offset }: RecordPosition): void {
    let remembered = this.partitions.get(partition);
    if (!remembered) {
      remembered = { first, records: new Map() };
      this.partitions.set(partition, remembered);
    }
    if (remembered.first !== first) {
      for (const known of remembered.records.keys()) if (known < first) remembered.records.delete(known);
      remembered.first = first;
    }
    this.current = remembered;
    this.offset = offset;
    this.asked = 0;
  }

  /** What was granted before; else what `decide` says, which is remembered. */
  next(decide: () => boolean): boolean {
    if (!this.current) return decide();
    const { records } = this.current;
    let granted = records.get(this.offset);
    if (!granted) {
      granted = [];
      records.set(this.offset, granted);
    }
    const position = this.asked;
    this.asked += 1;
    const before = granted[position];
    if (before !== undefined) return before;
    const decision = decide();
    granted.push(decision);
    return decision;
  }
}
