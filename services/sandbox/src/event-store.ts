import type { EventRecord } from './record';

export interface StoreLimits {
  /** Most records of each kind. */
  readonly maxEvents: number;
  /** Most bytes of each kind. */
  readonly maxBytes: number;
}

/** An event that is kept, with its number: each that comes has a greater one. */
export interface Kept extends EventRecord {
  readonly number: number;
}

/** About what a record takes besides its text. */
const OVERHEAD = 500;
/** A text in memory takes a byte a character, or two. */
const bytesOf = (record: EventRecord): number => OVERHEAD + 2 * record.json.length;

type Kinds<T> = Record<EventRecord['kind'], T>;

/** The latest good and bad events, in memory. What is forgotten for want of room stays counted. */
export class EventStore {
  private readonly kept: Kinds<Shelf>;
  private counts: Kinds<number> = { good: 0, bad: 0 };
  private droppedCount = 0;
  private last = 0;
  private readonly watchers = new Set<() => void>();

  constructor(limits: StoreLimits) {
    this.kept = { good: new Shelf(limits), bad: new Shelf(limits) };
  }

  /** How many came since the start or the last reset, forgotten ones among them. */
  get totals(): { readonly total: number; readonly good: number; readonly bad: number } {
    const { good, bad } = this.counts;
    return { total: good + bad, good, bad };
  }

  /** How many were dropped on purpose: do-not-track, opt-out, … */
  get dropped(): number {
    return this.droppedCount;
  }

  get forgotten(): number {
    return this.kept.good.forgotten + this.kept.bad.forgotten;
  }

  /** Number of the latest event. */
  get latest(): number {
    return this.last;
  }

  add(record: EventRecord): void {
    this.last += 1;
    this.counts[record.kind] += 1;
    this.kept[record.kind].add({ ...record, number: this.last });
    this.changed();
  }

  drop(): void {
    this.droppedCount += 1;
    this.changed();
  }

  /** Those that meet a condition, the latest first. */
  find(
    kind: EventRecord['kind'],
    meets: (record: EventRecord) => boolean,
    limit = Infinity,
  ): readonly Kept[] {
    const found: Kept[] = [];
    for (const record of this.kept[kind].latestFirst()) {
      if (found.length >= limit) break;
      if (meets(record)) found.push(record);
    }
    return found;
  }

  reset(): void {
    this.kept.good.clear();
    this.kept.bad.clear();
    this.counts = { good: 0, bad: 0 };
    this.droppedCount = 0;
    this.changed();
  }

  /** Calls back whenever something came or was reset. */
  watch(onChange: () => void): () => void {
    this.watchers.add(onChange);
    return () => void this.watchers.delete(onChange);
  }

  private changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

class Shelf {
  forgotten = 0;
  private records: (Kept | null)[] = [];
  /** Records before this place are gone: moving all at each arrival would cost more than the arrival. */
  private first = 0;
  private bytes = 0;

  constructor(private readonly limits: StoreLimits) {}

  add(record: Kept): void {
    this.records.push(record);
    this.bytes += bytesOf(record);
    while (this.count > this.limits.maxEvents || (this.bytes > this.limits.maxBytes && this.count > 1))
      this.forgetOldest();
    if (this.first > 1_000 && this.first > this.records.length / 2) {
      this.records = this.records.slice(this.first);
      this.first = 0;
    }
  }

  *latestFirst(): IterableIterator<Kept> {
    for (let at = this.records.length - 1; at >= this.first; at -= 1) {
      const record = this.records[at];
      if (record) yield record;
    }
  }

  clear(): void {
    this.records = [];
    this.first = 0;
    this.bytes = 0;
    this.forgotten = 0;
  }

  private get count(): number {
    return this.records.length - this.first;
  }

  private forgetOldest(): void {
    const oldest = this.records[this.first];
    if (oldest) this.bytes -= bytesOf(oldest);
    this.records[this.first] = null;
    this.first += 1;
    this.forgotten += 1;
  }
}
