import { IdentityHash, type Identified, type Seed } from './identity';
import { LatestIndex, type Keys } from './latest-index';

/** What the window needs to know of a record. */
export interface Sighted {
  readonly offset: bigint;
  /** Time of the record in the log, milliseconds. */
  readonly timestamp: number;
  readonly value: Identified;
}

/** What earlier records say of an event: none had its id; one was a copy of it; one had its id and held something else. */
export type Sighting = 'first' | 'duplicate' | 'conflict';

export interface DuplicateWindowOptions {
  /** How long a sighting counts, milliseconds of the records' own timestamps. */
  readonly windowMs: number;
  /** How many sightings count; older ones are forgotten even inside `windowMs`, and counted in `forgotten`. */
  readonly maxEvents: number;
  /** How many records a redelivery may go back without a rebuild. */
  readonly maxRewind?: number;
  readonly seed: Seed;
}

/** Places that a new window has; it doubles when it needs more. */
const FIRST_CAPACITY = 64;
/** Greatest batch that comes back after an aborted transaction, with room to spare. */
const DEFAULT_REWIND = 32_768;
/** Timestamps are kept in seconds: 32 bits last until 2106. */
const TICK = 1_000;
/** Timestamps in a partition are not strictly in order: several producers write it. */
const JITTER_TICKS = 60;
/** Records among the last of which the one with the slowest clock is looked for. */
const RECENT = 1_024;

/**
 * Remembers which events one partition of a topic has held lately: 52 bytes a record, allocated as needed.
 *
 * The answer for a record is a function of the records *before it in the log*: the last `maxEvents` of them that are
 * not older than `windowMs` by record timestamp. It depends neither on the fate of those records nor on when or how
 * often they were read. So a window that was filled from the tail of the topic answers as one that never stopped, and
 * when a transaction aborts and its records come again, they are taken back first and answered as before.
 *
 * The log's own time is used, not the collector's: it grows with the offset, so a tail can be found by it, and one
 * collector with a wrong clock cannot empty the window.
 *
 * A ring holds the sightings in order of offset; two indexes point to the latest one of each id and of each copy, and
 * every sighting knows how far back the one lies that it hides. Taking back is removing from the end of the ring.
 */
export class DuplicateWindow {
  /** Sightings forgotten inside `windowMs` because more than `maxEvents` were newer: copies of them are not noticed. */
  forgotten = 0;

  private readonly hash: IdentityHash;
  private readonly windowTicks: number;
  private readonly maxEvents: number;
  private readonly maxCapacity: number;
  private capacity = FIRST_CAPACITY;
  private ring = new Ring(FIRST_CAPACITY);
  /** Sequence number of the oldest sighting in the ring, and of the next one. */
  private head = 0;
  private next = 0;
  private lastOffset = -1;
  /** Latest time of any sighting that is no longer, or was never, in the ring. */
  private lostUpTo = -Infinity;

  constructor({ windowMs, maxEvents, maxRewind = DEFAULT_REWIND, seed }: DuplicateWindowOptions) {
    this.hash = new IdentityHash(seed);
    this.windowTicks = Math.ceil(windowMs / TICK);
    this.maxEvents = maxEvents;
    this.maxCapacity = powerOfTwo(maxEvents + maxRewind);
  }

  /** Says what the records before this one tell of it, and remembers it. Records seen at or after it are taken back. */
  see({ offset, timestamp, value }: Sighted): Sighting {
    const place = Number(offset);
    if (place <= this.lastOffset) this.takeBack(place);
    const tick = tickAt(timestamp);
    this.makeRoom(tick);

    const { hash, ring } = this;
    hash.of(value);
    const slot = this.next & (this.capacity - 1);
    ring.idKeys.high[slot] = hash.idHigh;
    ring.idKeys.low[slot] = hash.idLow;
    ring.copyKeys.high[slot] = hash.copyHigh;
    ring.copyKeys.low[slot] = hash.copyLow;
    ring.ticks[slot] = tick;
    ring.offsets[slot] = place;
    const previousCopy = ring.copies.point(hash.copyHigh, hash.copyLow, slot);
    const previousId = ring.ids.point(hash.idHigh, hash.idLow, slot);
    ring.copyDistances[slot] = this.distanceTo(previousCopy);
    ring.idDistances[slot] = this.distanceTo(previousId);
    const sighting: Sighting = this.counts(previousCopy, tick)
      ? 'duplicate'
      : this.counts(previousId, tick)
        ? 'conflict'
        : 'first';
    this.next += 1;
    this.lastOffset = place;
    return sighting;
  }

  /**
   * Prepares for the records from an offset on: takes back all that was seen at or after it, since those records come
   * (again), and forgets what is too old for all of them, and for what came of late: where the clock of one producer is ahead,
   * the records of the others go by theirs. To be called at the start of every batch.
   *
   * @param timestamp of the first of these records, milliseconds
   * @returns false when sightings are gone that those records would have to be compared with; the window must then be
   * built anew from the log
   */
  rewind(offset: bigint, timestamp: number): boolean {
    this.takeBack(Number(offset));
    const oldest = tickAt(timestamp) - this.windowTicks;
    const needed = Math.min(oldest, this.slowestTick() - this.windowTicks) - JITTER_TICKS;
    while (this.head < this.next && this.tickOf(this.head) < needed) this.loseOldest();
    return this.lostUpTo < oldest || this.next - this.head >= this.maxEvents;
  }

  /** Declares that the window knows all records from this time on, and none before. */
  startsAt(timestamp: number): void {
    this.lostUpTo = Math.max(this.lostUpTo, tickAt(timestamp) - 1);
  }

  /** Sightings held. */
  get size(): number {
    return this.next - this.head;
  }

  /** Time between the oldest and the latest sighting that count, milliseconds: what the window covers at this load. */
  get spanMs(): number {
    if (this.size === 0) return 0;
    const oldest = Math.max(this.head, this.next - this.maxEvents);
    return Math.max(0, (this.tickOf(this.next - 1) - this.tickOf(oldest)) * TICK);
  }

  /** Earliest time of the last records; none without any. */
  private slowestTick(): number {
    let slowest = Infinity;
    for (let sequence = Math.max(this.head, this.next - RECENT); sequence < this.next; sequence += 1)
      slowest = Math.min(slowest, this.tickOf(sequence));
    return slowest;
  }

  private counts(slot: number, tick: number): boolean {
    if (slot === -1) return false;
    return this.distanceTo(slot) <= this.maxEvents && tick - (this.ring.ticks[slot] ?? 0) <= this.windowTicks;
  }

  /** How many records back a slot lies from the next one; 0 for none. */
  private distanceTo(slot: number): number {
    if (slot === -1) return 0;
    return ((this.next - slot - 1) & (this.capacity - 1)) + 1;
  }

  private makeRoom(tick: number): void {
    const leaving = this.next - this.maxEvents - 1;
    if (leaving >= this.head && tick - this.tickOf(leaving) <= this.windowTicks) this.forgotten += 1;
    if (this.size < this.capacity) return;
    if (this.capacity < this.maxCapacity) this.grow();
    else this.loseOldest();
  }

  private loseOldest(): void {
    const slot = this.head & (this.capacity - 1);
    this.ring.copies.forget(slot);
    this.ring.ids.forget(slot);
    this.lostUpTo = Math.max(this.lostUpTo, this.ring.ticks[slot] ?? 0);
    this.head += 1;
  }

  private takeBack(place: number): void {
    while (this.head < this.next && this.offsetOf(this.next - 1) >= place) {
      this.next -= 1;
      this.uncover(this.ring.copies, this.ring.copyKeys, this.ring.copyDistances);
      this.uncover(this.ring.ids, this.ring.idKeys, this.ring.idDistances);
    }
    this.lastOffset = this.head < this.next ? this.offsetOf(this.next - 1) : -1;
  }

  /** Points the key of the sighting just taken back to the one that it hid. */
  private uncover(index: LatestIndex, keys: Keys, distances: Uint32Array): void {
    const slot = this.next & (this.capacity - 1);
    const distance = distances[slot] ?? 0;
    const hidden = this.next - distance;
    if (distance === 0 || hidden < this.head) index.forget(slot);
    else index.point(keys.high[slot] ?? 0, keys.low[slot] ?? 0, hidden & (this.capacity - 1));
  }

  private grow(): void {
    const old = this.ring;
    const oldMask = this.capacity - 1;
    this.capacity *= 2;
    this.ring = new Ring(this.capacity);
    for (let sequence = this.head; sequence < this.next; sequence += 1)
      this.ring.copyFrom(old, sequence & oldMask, sequence & (this.capacity - 1));
  }

  private tickOf(sequence: number): number {
    return this.ring.ticks[sequence & (this.capacity - 1)] ?? 0;
  }

  private offsetOf(sequence: number): number {
    return this.ring.offsets[sequence & (this.capacity - 1)] ?? 0;
  }
}

/** The columns of the sightings, and the two indexes over them. */
class Ring {
  readonly idKeys: Keys;
  readonly copyKeys: Keys;
  readonly ticks: Uint32Array;
  readonly offsets: Float64Array;
  /** How far back the sighting lies that this one hides, 0 for none. */
  readonly idDistances: Uint32Array;
  readonly copyDistances: Uint32Array;
  readonly ids: LatestIndex;
  readonly copies: LatestIndex;

  constructor(capacity: number) {
    this.idKeys = { high: new Int32Array(capacity), low: new Int32Array(capacity) };
    this.copyKeys = { high: new Int32Array(capacity), low: new Int32Array(capacity) };
    this.ticks = new Uint32Array(capacity);
    this.offsets = new Float64Array(capacity);
    this.idDistances = new Uint32Array(capacity);
    this.copyDistances = new Uint32Array(capacity);
    this.ids = new LatestIndex(capacity, this.idKeys);
    this.copies = new LatestIndex(capacity, this.copyKeys);
  }

  copyFrom(from: Ring, source: number, target: number): void {
    for (const [own, other] of [
      [this.idKeys, from.idKeys],
      [this.copyKeys, from.copyKeys],
    ] as const) {
      own.high[target] = other.high[source] ?? 0;
      own.low[target] = other.low[source] ?? 0;
    }
    this.ticks[target] = from.ticks[source] ?? 0;
    this.offsets[target] = from.offsets[source] ?? 0;
    this.idDistances[target] = from.idDistances[source] ?? 0;
    this.copyDistances[target] = from.copyDistances[source] ?? 0;
    this.ids.point(this.idKeys.high[target] ?? 0, this.idKeys.low[target] ?? 0, target);
    this.copies.point(this.copyKeys.high[target] ?? 0, this.copyKeys.low[target] ?? 0, target);
  }
}

/** A record without timestamp (-1) counts as one of 1970. */
const tickAt = (timestamp: number): number => Math.max(0, Math.floor(timestamp / TICK));

const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(Math.max(FIRST_CAPACITY, atLeast)));
