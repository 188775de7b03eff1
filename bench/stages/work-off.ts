import { setTimeout as sleep } from 'node:timers/promises';
import { between, type Ends } from '../data/broker';
import type { Running } from '../launch';
import { CpuMeter, memoryOf } from '../measure/cpu-meter';
import { slopeOf, type Point } from '../measure/slope';
import type { Workbench } from '../workbench';

/** A topic filled with what a stage works off. */
export interface Filled {
  readonly topic: string;
  readonly from: Ends;
  /** Behind the last record of each partition. */
  readonly to: Ends;
  /** Events in it, which may be more than its records. */
  readonly events: number;
}

export interface WorkedOff {
  /** Processor time of an event by part, microseconds. */
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly eventsPerSecond: number;
  readonly others: number;
  readonly peakBytes: number;
  /** Events whose input was committed. */
  readonly done: number;
  /** Why nothing can be said, e.g. it stopped half-way. */
  readonly problem: string | null;
  readonly notes: readonly string[];
}

/** Time between two looks, milliseconds. */
const LOOK_MS = 50;
/** Without progress for so long a stage has stopped, milliseconds. */
const STALLED_MS = 45_000;
/** The part of the way that counts: before it compilers are still at work, behind it the last batches run dry. */
const COUNTED = { from: 0.4, to: 0.95 } as const;

/**
 * Follows a consumer through a filled topic by the offsets it commits, and takes the cost of an event from the second half of
 * the way, as a slope: start-up and what is in hand do not count.
 *
 * @param also other processes whose processor time belongs to the work, by name
 */
export async function workOff(
  { broker }: Workbench,
  running: Running,
  group: string,
  filled: Filled,
  also: Readonly<Record<string, number>> = {},
): Promise<WorkedOff> {
  const { topic, from, to, events } = filled;
  const records = between(from, to);
  const meter = new CpuMeter<string>({ service: running.pid, ...also });
  const looks: Look[] = [];
  let moved = performance.now();
  let problem: string | null = null;
  let done = 0;
  while (done < events) {
    const committed = await broker.committed(group, topic);
    const passed = between(from, reached(from, to, committed));
    const now = (passed / records) * events;
    if (now > done) moved = performance.now();
    done = now;
    const { seconds, cpuUs } = meter.read();
    looks.push({ seconds, done, cpuUs });
    if (!running.alive()) problem = `the program ended after ${Math.round(done)} of ${events} events`;
    else if (performance.now() - moved > STALLED_MS)
      problem = `it stopped after ${Math.round(done)} of ${events} events`;
    if (problem !== null) break;
    await sleep(LOOK_MS);
  }
  const { others } = meter.read();
  const peakBytes = memoryOf(running.pid)?.peak ?? 0;
  const cost = costOf(looks, events, Object.keys({ service: 0, ...also }));
  return {
    cpuUs: cost?.cpuUs ?? {},
    eventsPerSecond: cost === null || cost.seconds <= 0 ? 0 : 1 / cost.seconds,
    others,
    peakBytes,
    done: Math.round(done),
    problem:
      problem ?? (cost === null ? 'it was done before it could be followed: more events are needed' : null),
    notes:
      cost?.whole === true
        ? ['too few commits to leave start and end out: the whole way counts, start included']
        : [],
  };
}

/** Where a consumer was, and what it had cost. */
interface Look {
  readonly seconds: number;
  readonly done: number;
  readonly cpuUs: Readonly<Record<string, number>>;
}

interface Cost {
  /** Of one event. */
  readonly seconds: number;
  readonly cpuUs: Readonly<Record<string, number>>;
  /** Taken from the whole way, because too few commits lay in the part that counts. */
  readonly whole: boolean;
}

/** Null when the first look found everything done. */
function costOf(looks: readonly Look[], events: number, parts: readonly string[]): Cost | null {
  const counted = looks.filter(({ done }) => done >= events * COUNTED.from && done <= events * COUNTED.to);
  const slope = (read: (look: Look) => number): number | null =>
    slopeOf(counted.map((look): Point => ({ done: look.done, cost: read(look) })));
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined || first.done >= last.done) return null;
  const whole = (read: (look: Look) => number): number =>
    (read(last) - read(first)) / (last.done - first.done);
  const sloped = slope(({ seconds }) => seconds);
  return {
    seconds: sloped ?? whole(({ seconds }) => seconds),
    cpuUs: Object.fromEntries(
      parts.map((part) => {
        const read = ({ cpuUs }: Look): number => cpuUs[part] ?? 0;
        return [part, slope(read) ?? whole(read)];
      }),
    ),
    whole: sloped === null,
  };
}

/** Committed positions within the filled range: a position behind the end (a marker) counts as the end. */
function reached(from: Ends, to: Ends, committed: Ends): Ends {
  return new Map(
    [...to].map(([partition, end]) => {
      const [least, position] = [from.get(partition) ?? 0n, committed.get(partition) ?? 0n];
      return [partition, position < least ? least : position > end ? end : position];
    }),
  );
}
