import type { Received } from '@headwater/stage';
import type { Identified } from './identity';
import { DuplicateWindow, type DuplicateWindowOptions } from './window';

/** What a partition holds below the offset from which it will be read. */
export interface LogTail {
  /** That offset. */
  readonly end: bigint;
  /** Offset of the first record whose timestamp (milliseconds) is at least this; `end` when there is none. */
  offsetAt(timestamp: number): Promise<bigint>;
  /** The records from an offset on, in order; the offset may lie before the start of the log, and below 0. */
  read(from: bigint): AsyncIterable<Received<Identified>>;
}

/** Log times in a partition are not strictly in order: several producers write it. */
const JITTER_MS = 60_000;
/** Offsets looked through for the last record: what lies there may be markers of transactions, which are none. */
const LAST_RECORDS = [64n, 4_096n] as const;
/** Offsets read for each record wanted, in hundredths: a transaction ends with a marker, which takes an offset too. */
const OFFSETS_PERCENT = 125n;

/**
 * Builds the window that a partition's next record needs, from the tail of its input below the committed offset.
 *
 * The tail is measured from its own last record, not from now: after a long stop the committed offset lies hours back.
 * It reaches back `windowMs`, or until `maxEvents` are known. Offsets say beforehand how far that is about, so the records
 * are read once, and again only where more offsets than that are markers: until then nothing of the partition is judged.
 *
 * @param needed time of a record that the window must be able to judge, milliseconds: where the tail was written by a clock that
 *   was ahead, its last record says less
 * @throws what the tail throws; there is then no window, and the partition must not be processed
 */
export async function rebuildWindow(
  options: DuplicateWindowOptions,
  tail: LogTail,
  needed = Infinity,
): Promise<DuplicateWindow> {
  const last = await lastTimestamp(tail);
  if (last === null) return new DuplicateWindow(options);
  const since = Math.min(last, needed) - options.windowMs - JITTER_MS;
  const earliest = await tail.offsetAt(Math.max(0, since));
  let offsets = (BigInt(options.maxEvents) * OFFSETS_PERCENT) / 100n + 1n;
  for (;;) {
    const window = new DuplicateWindow(options);
    const from = tail.end - offsets;
    const isWhole = from <= earliest;
    if (isWhole) window.startsAt(since);
    let count = 0;
    for await (const record of tail.read(isWhole ? earliest : from)) {
      // A record that was left out may be this much younger than the first that was not.
      if (!isWhole && count === 0) window.startsAt(record.timestamp + JITTER_MS);
      window.see(record);
      count += 1;
    }
    if (isWhole || count >= options.maxEvents) return window;
    offsets *= 2n;
  }
}

/** Latest timestamp of the last records, milliseconds; null where there are none. */
async function lastTimestamp(tail: LogTail): Promise<number | null> {
  for (const from of [...LAST_RECORDS.map((offsets) => tail.end - offsets), 0n]) {
    let last: number | null = null;
    for await (const { timestamp } of tail.read(from)) last = Math.max(last ?? timestamp, timestamp);
    if (last !== null || from <= 0n) return last;
  }
  return null;
}
