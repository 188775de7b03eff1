/** Where the sightings that an index points to keep their 64-bit keys. */
export interface Keys {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

const EMPTY = 0;

/**
 * Open-addressing index from a 64-bit key to the slot of its latest sighting: 4 bytes an entry, no object per event.
 * It holds at most half as many slots as it has places, so that a search stays short.
 */
export class LatestIndex {
  private readonly places: Uint32Array;
  private readonly mask: number;

  /** @param capacity number of sightings, a power of two */
  constructor(
    capacity: number,
    private readonly keys: Keys,
  ) {
    this.places = new Uint32Array(capacity * 2);
    this.mask = capacity * 2 - 1;
  }

  /** Slot of the latest sighting with this key; -1 when there is none. */
  find(high: number, low: number): number {
    return this.slotAt(this.placeOf(high, low));
  }

  /** Points the key to a slot and returns the slot that it pointed to before, or -1. */
  point(high: number, low: number, slot: number): number {
    const place = this.placeOf(high, low);
    const before = this.slotAt(place);
    this.places[place] = slot + 1;
    return before;
  }

  /** Forgets the key of a slot, if the key still points to that slot. */
  forget(slot: number): void {
    const place = this.placeOf(this.high(slot), this.low(slot));
    if (this.slotAt(place) === slot) this.vacate(place);
  }

  private placeOf(high: number, low: number): number {
    let place = low & this.mask;
    for (;;) {
      const slot = this.slotAt(place);
      if (slot === -1 || (this.keys.low[slot] === low && this.keys.high[slot] === high)) return place;
      place = (place + 1) & this.mask;
    }
  }

  /** Moves the entries behind a freed place up, so that a search never meets a gap before its end. */
  private vacate(freed: number): void {
    let gap = freed;
    let place = (freed + 1) & this.mask;
    for (let slot = this.slotAt(place); slot !== -1; slot = this.slotAt(place)) {
      const home = this.low(slot) & this.mask;
      if (((place - home) & this.mask) >= ((place - gap) & this.mask)) {
        this.places[gap] = slot + 1;
        gap = place;
      }
      place = (place + 1) & this.mask;
    }
    this.places[gap] = EMPTY;
  }

  private slotAt(place: number): number {
    return (this.places[place] ?? EMPTY) - 1;
  }

  private high(slot: number): number {
    return this.keys.high[slot] ?? 0;
  }

  private low(slot: number): number {
    return this.keys.low[slot] ?? 0;
  }
}
