import { notLooked, type Look } from './look';
import { Tally } from './tally';

/** A record of the app, as a reader saw it: where, and a hash of its id. */
interface Seen {
  readonly offsets: number[];
  readonly hashes: number[];
}

/** What a reader saw while the run went on, laid against what is in the topics at the end. */
export class Watch {
  /** Records that the reader saw and that are not there: it read what was undone. */
  readonly undone = new Tally();
  /** Records between where it began, or the first one it saw, and the last one it saw that it did not see. */
  readonly missed = new Tally();
  /** Records that came to the reader a second time, or before an earlier one. */
  readonly backward = new Tally();
  watchedCount = 0;
  /** Whether a reader was there from the beginning of the load to its end, as it noted down itself. */
  reader: Look<true> = notLooked('nobody read the topics during the run: --no-watch');

  private readonly watched = new Map<string, Seen>();
  private readonly finals = new Map<string, Seen>();
  /** Where the reader began, by partition. */
  private readonly begins = new Map<string, number>();
  /** First offset that is still in the log, by partition. */
  private readonly starts = new Map<string, number>();

  /** From where on the reader read a partition: what lies before is not for it to see. */
  beganAt(topic: string, partition: number, offset: number): void {
    this.begins.set(`${topic}/${String(partition)}`, offset);
  }

  /** A record that the reader saw, in its order. */
  saw(topic: string, partition: number, offset: number, id: string): void {
    this.watchedCount += 1;
    const seen = at(this.watched, `${topic}/${String(partition)}`);
    const last = seen.offsets.at(-1);
    if (last !== undefined && offset <= last) {
      this.backward.add(
        () => `${topic}/${String(partition)}: offset ${String(offset)} came after ${String(last)}`,
      );
      return;
    }
    seen.offsets.push(offset);
    seen.hashes.push(hashOf(id));
  }

  /** A record that is there at the end, in the order of its partition. */
  final(topic: string, partition: number, offset: number, id: string): void {
    const seen = at(this.finals, `${topic}/${String(partition)}`);
    seen.offsets.push(offset);
    seen.hashes.push(hashOf(id));
  }

  /** From where on a partition was read at the end: what is older has expired. */
  startsAt(topic: string, partition: number, offset: number): void {
    this.starts.set(`${topic}/${String(partition)}`, offset);
  }

  /**
   * Records in partitions of which the reader saw none. Whether it was slow or was sent past them cannot be told, so they are
   * no violation; but of them nothing is proven either.
   */
  get unwatchedCount(): number {
    let count = 0;
    for (const partition of this.begins.keys())
      if (!this.watched.has(partition)) {
        const begin = this.begins.get(partition) ?? 0;
        count += (this.finals.get(partition)?.offsets ?? []).filter((offset) => offset >= begin).length;
      }
    return count;
  }

  /** Whether what came was watched: one who may look at topics and not read them is there, and sees nothing. */
  get looked(): Look<true> {
    if (this.reader.kind !== 'seen' || this.watchedCount > 0 || this.unwatchedCount === 0) return this.reader;
    return {
      kind: 'failed',
      why: `the reader that was there during the run saw none of the ${String(this.unwatchedCount)} records that came. Who may look at valid-events and failed-events and not read them sees nothing: make another run as the user verifier, or a longer one where the stages were slow (docs/how-to/verify.md)`,
    };
  }

  /** To be called once all is in: compares. */
  compare(): this {
    for (const [partition, watched] of this.watched) {
      const there = this.finals.get(partition) ?? { offsets: [], hashes: [] };
      this.comparePartition(partition, watched, there, this.starts.get(partition) ?? 0);
    }
    return this;
  }

  private comparePartition(partition: string, watched: Seen, there: Seen, start: number): void {
    const first = this.begins.get(partition) ?? watched.offsets[0] ?? Infinity;
    const last = watched.offsets.at(-1) ?? -1;
    let position = 0;
    const skip = (before: number): void => {
      for (; (there.offsets[position] ?? Infinity) < before; position += 1) {
        const offset = there.offsets[position] ?? 0;
        if (offset >= first && offset < last)
          this.missed.add(() => `${partition}: the reader did not see offset ${String(offset)}`);
      }
    };
    for (const [index, offset] of watched.offsets.entries()) {
      if (offset < start) continue;
      skip(offset);
      if (there.offsets[position] !== offset)
        this.undone.add(
          () => `${partition}: the reader saw offset ${String(offset)}, and there is no such record`,
        );
      else {
        if (there.hashes[position] !== watched.hashes[index])
          this.undone.add(() => `${partition}: at offset ${String(offset)} the reader saw another record`);
        position += 1;
      }
    }
  }
}

function at(map: Map<string, Seen>, key: string): Seen {
  const known = map.get(key);
  if (known) return known;
  const made: Seen = { offsets: [], hashes: [] };
  map.set(key, made);
  return made;
}

/** FNV-1a, 32 bits: two ids at one offset of one partition are the same with all but certainty. */
function hashOf(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value;
}
