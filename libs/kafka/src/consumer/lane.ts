import type { Topic } from '@headwater/contracts';

/** One partition that this process was given, from one join of the group to the next. */
export interface Lane {
  readonly topic: Topic;
  /** Name of the topic on the broker. */
  readonly name: string;
  readonly partition: number;
  /** Number of the join; work for an older one is dropped. */
  readonly epoch: number;
  state:
    /** The position is being worked out; nothing is fetched. */
    | 'preparing'
    /** The stage makes itself ready for it, in its own time; nothing is fetched. */
    | 'readying'
    | 'running'
    /** Nothing is read until a person decides. */
    | 'stopped';
  /** Offset of the next record to handle. */
  position: bigint;
  /** Why it does not go on; null when it does. */
  problem: string | null;
  /** Failures in a row. */
  failures: number;
  /** How often in a row the group said that the partition is not ours. */
  denials: number;
  /** Settled once offsets that hold nothing were committed: the next batch waits for it. */
  passing: Promise<void> | null;
  /** When it last made progress or had nothing to do, as of `performance.now`. */
  lastProgress: number;
}

export const laneKey = (name: string, partition: number): string => `${name}/${String(partition)}`;

export const newLane = (topic: Topic, name: string, partition: number, epoch: number, now: number): Lane => ({
  topic,
  name,
  partition,
  epoch,
  state: 'preparing',
  position: -1n,
  problem: null,
  failures: 0,
  denials: 0,
  passing: null,
  lastProgress: now,
});

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/** Time to wait after this many failures in a row, milliseconds: doubling, with up to a quarter of chance. */
export const backOff = (failures: number, chance: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10), LONGEST_WAIT_MS) * (1 - chance / 4);

/** Counts one more failure in a row, and says how long to wait after it, milliseconds. */
export function nextWait(lane: Lane): number {
  lane.failures += 1;
  return backOff(lane.failures, Math.random());
}
