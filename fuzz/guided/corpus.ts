import type { Random } from '@headwater/testing';

interface Entry {
  readonly input: Buffer;
  picks: number;
}

/** How many of the newest entries count as new. */
const NEWEST = 16;
/** Entries among which the one that was least tried is picked. */
const CANDIDATES = 3;

/** The inputs worth changing: the seeds, and each that reached what none before it did. */
export class Corpus {
  private readonly entries: Entry[] = [];

  add(input: Buffer): void {
    this.entries.push({ input, picks: 0 });
  }

  get size(): number {
    return this.entries.length;
  }

  /** One to change: half of the time a new one, behind which is most that nobody has seen; one that was seldom tried. */
  pick(random: Random): Buffer {
    const among = random.below(2) === 0 ? this.entries.slice(-NEWEST) : this.entries;
    const candidates = Array.from({ length: CANDIDATES }, () => random.pick(among));
    const picked = candidates.reduce((least, entry) => (entry.picks < least.picks ? entry : least));
    picked.picks += 1;
    return picked.input;
  }

  /** Any of them, as a store of parts. */
  any(random: Random): Buffer {
    return random.pick(this.entries).input;
  }
}
