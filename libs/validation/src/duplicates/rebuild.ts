import type { Received } from '@headwater/stage';
import type { Identified } from './identity';
import { DuplicateWindow, type DuplicateWindowOptions } from './window';

/** Reads the records of a partition below the committed offset, in order, from the first one not older than a time. */
export type ReadTail = (sinceTimestamp: number) => AsyncIterable<Received<Identified>>;

const MINUTE = 60_000;
/** Log times in a partition are not strictly in order: several producers write it. */
const JITTER_MS = MINUTE;
/** Longer than any retention of the topic: who finds nothing this far back finds nothing. */
const LONGEST_LOOK_BACK_MS = 30 * 24 * 60 * MINUTE;

/**
 * Builds the window that a partition's next record needs, from the tail of its input below the committed offset.
 *
 * The tail is measured from its own last record, not from now: after a long stop the committed offset lies hours back.
 * It reaches back `windowMs`, or until `maxEvents` are known, and hardly further: a first short look says how many
 * records there are in a minute.
 *
 * @param now current time, milliseconds
 * @throws what `readTail` throws; there is then no window, and the partition must not be processed
 */
export async function rebuildWindow(
  options: DuplicateWindowOptions,
  readTail: ReadTail,
  now: number,
): Promise<DuplicateWindow> {
  const needed = options.windowMs + JITTER_MS;
  let since = now - MINUTE;
  for (;;) {
    const window = new DuplicateWindow(options);
    window.startsAt(since);
    let count = 0;
    let last = since;
    for await (const record of readTail(since)) {
      window.see(record);
      count += 1;
      last = Math.max(last, record.timestamp);
    }
    const covered = last - since;
    if (count >= options.maxEvents || (count > 0 && covered >= needed)) return window;
    if (count === 0) {
      if (now - since > LONGEST_LOOK_BACK_MS) return window;
      since = now - 4 * (now - since);
    } else {
      const enoughEvents = (covered * options.maxEvents * 1.25) / count;
      since = last - Math.min(needed, Math.max(MINUTE, 2 * covered, enoughEvents));
    }
  }
}
