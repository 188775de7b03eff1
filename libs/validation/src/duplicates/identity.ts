/** What two copies of one event share. */
export interface Identified {
  readonly app_id: string;
  readonly event_id: string;
  readonly event_fingerprint: string | null;
  /** Set on an event that comes again from a failed one: then this is who it is, and not the failed event's id. */
  readonly replay_id: string | null;
}

/** Two 32-bit words that a hash starts from: random for each process, so that nobody can prepare ids that collide. */
export type Seed = readonly [number, number];

/**
 * Hashes who an event is (app and id), and who it is with what it holds (and fingerprint), 64 bits each.
 *
 * Two unlike events among a million share 64 bits with a probability of about 5e-14 per event looked up. The four
 * words are fields, not a result, because this runs for every event.
 */
export class IdentityHash {
  /** App and id. */
  idHigh = 0;
  idLow = 0;
  /** App, id and fingerprint. */
  copyHigh = 0;
  copyLow = 0;
  private high = 0;
  private low = 0;

  constructor(private readonly seed: Seed) {}

  /**
   * The failed event that a replay repairs has been here, under the same id and fingerprint, and must not make the replay
   * its duplicate; the same replay sent twice must be one.
   */
  of({ app_id, event_id, event_fingerprint, replay_id }: Identified): void {
    this.high = this.seed[0] | 0;
    this.low = this.seed[1] | 0;
    this.absorb(replay_id ?? event_id);
    this.absorb(app_id);
    if (replay_id !== null) this.absorb('replay');
    this.idHigh = avalanche(this.high ^ Math.imul(this.low, 0x85ebca6b));
    this.idLow = avalanche(this.low ^ Math.imul(this.high, 0xc2b2ae35));
    this.absorb(replay_id === null ? (event_fingerprint ?? '') : '');
    this.copyHigh = avalanche(this.high ^ Math.imul(this.low, 0x85ebca6b));
    this.copyLow = avalanche(this.low ^ Math.imul(this.high, 0xc2b2ae35));
  }

  /** The length goes in too: `a`,`bc` and `ab`,`c` are not the same. */
  private absorb(text: string): void {
    let { high, low } = this;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 0x9e3779b1);
      high = (high << 13) | (high >>> 19);
      low = Math.imul(low ^ unit, 0x5f356495);
      low = (low << 17) | (low >>> 15);
    }
    this.high = Math.imul(high ^ text.length, 0x9e3779b1);
    this.low = Math.imul(low ^ text.length, 0x5f356495);
  }
}

/** Finaliser of MurmurHash3 (public domain, A. Appleby): every bit of the input reaches every bit of the result. */
function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
