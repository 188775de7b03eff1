import fc from 'fast-check';
import { topics, type EnrichedEvent } from '@headwater/contracts';
import type { Batch, Received } from '@headwater/stage';
import { anEnrichedEvent, BUILT_AT, scaledRuns } from '@headwater/testing';
import { DuplicateWindows, WindowLost } from './duplicate-windows';

const options = { windowMs: 3_600_000, maxEvents: 1_000, maxRewind: 24, seed: [1, 2] } as const;

const record = (offset: number, event_id = String(offset)): Received<EnrichedEvent> => ({
  offset: BigInt(offset),
  timestamp: BUILT_AT + offset * 1_000,
  value: anEnrichedEvent({ event_id }),
});

const batchOf = (...records: readonly Received<EnrichedEvent>[]): Batch<EnrichedEvent> => ({
  topic: topics.enrichedEvents,
  partition: 2,
  first: records[0]?.offset ?? 0n,
  next: (records.at(-1)?.offset ?? 0n) + 1n,
  records,
  lag: 0,
});

/** Windows over a log that the test writes, and how often that log was read. */
function over(log: readonly Received<EnrichedEvent>[]) {
  const windows = new DuplicateWindows(options);
  /** Offsets from which the log was read. */
  const reads: bigint[] = [];
  const assigned = (position: number): Promise<void> =>
    windows.assigned({
      partition: 2,
      tail: {
        end: BigInt(position),
        offsetAt: (time) =>
          Promise.resolve(log.find(({ timestamp }) => timestamp >= time)?.offset ?? BigInt(position)),
        read: async function* (from) {
          reads.push(from);
          await Promise.resolve();
          yield* log.filter(({ offset }) => offset >= from && offset < position);
        },
      },
    });
  const judge = (batch: Batch<EnrichedEvent>) => {
    const window = windows.before(batch);
    return (batch.records as readonly Received<EnrichedEvent>[]).map((each) => window.see(each));
  };
  return { windows, reads, assigned, judge };
}

describe('the duplicate windows', () => {
  it('know what the log held before the position', async () => {
    const { assigned, judge } = over([record(0, 'a'), record(1, 'b'), record(2, 'c')]);
    await assigned(2);
    expect(judge(batchOf(record(2, 'b'), record(3, 'c')))).toEqual(['duplicate', 'first']);
  });

  it('read no log at the start of a partition', async () => {
    const { reads, assigned, judge } = over([]);
    await assigned(0);
    expect(reads).toEqual([]);
    expect(judge(batchOf(record(0)))).toEqual(['first']);
  });

  it('answer a batch that comes again after an abort as before, without reading the log again', async () => {
    const { reads, assigned, judge } = over([record(0, 'a')]);
    await assigned(1);
    const readsBefore = reads.length;
    const batch = batchOf(record(1, 'a'), record(2, 'b'), record(3, 'b'));
    const once = judge(batch);
    await assigned(1);
    expect(judge(batch)).toEqual(once);
    await assigned(4);
    expect(judge(batchOf(record(4, 'b')))).toEqual(['duplicate']);
    expect(reads).toHaveLength(readsBefore);
  });

  it('read the log again when others have moved the partition on, or it was set back', async () => {
    const log = Array.from({ length: 50 }, (_, offset) => record(offset));
    const { reads, assigned, judge } = over(log);
    await assigned(10);
    judge(batchOf(record(10), record(11)));
    for (const position of [40, 5]) {
      const readsBefore = reads.length;
      await assigned(position);
      expect(reads.length).toBeGreaterThan(readsBefore);
    }
    expect(judge(batchOf(record(5, '4'), record(6, '20')))).toEqual(['duplicate', 'first']);
  });

  it('refuse the batch of an owner that has been replaced', async () => {
    const { assigned, judge } = over([]);
    await assigned(0);
    const late = batchOf(record(0), record(1));
    judge(late);
    judge(batchOf(record(2, 'x')));
    expect(() => judge(late)).toThrow(WindowLost);
    expect(judge(batchOf(record(3, 'x')))).toEqual(['duplicate']);
  });

  it('refuse a partition that was never assigned, or was taken away', async () => {
    const { windows, assigned, judge } = over([]);
    expect(() => judge(batchOf(record(0)))).toThrow('there is none for it');
    await assigned(0);
    windows.revoked(2);
    expect(() => judge(batchOf(record(0)))).toThrow(WindowLost);
  });

  it('ask for a new take-over when a batch goes back further than the window', async () => {
    const { assigned, judge } = over([]);
    await assigned(0);
    const many = batchOf(...Array.from({ length: 3_000 }, (_, offset) => record(offset)));
    judge(many);
    expect(() => judge(many)).toThrow('does not reach back to offset 0');
    await assigned(0);
    expect(judge(many)[0]).toBe('first');
  });

  it('go on, and forget nothing, when the clock of a producer was an hour ahead for a while', async () => {
    const early = (each: Received<EnrichedEvent>): Received<EnrichedEvent> => ({
      ...each,
      timestamp: each.timestamp + options.windowMs,
    });
    const log = Array.from({ length: 400 }, (_, offset) => record(offset)).map((each, offset) =>
      offset >= 300 ? early(each) : each,
    );
    const { reads, assigned, judge } = over(log);
    await assigned(300);
    judge(batchOf(...log.slice(300)));
    // Someone else's records, with the right time: what came before the wrong one is still to be compared with.
    const next = batchOf(record(400, '10'), record(401, '350'), record(402, 'new'));
    expect(judge(next)).toEqual(['duplicate', 'duplicate', 'first']);
    // The same for who takes the partition over, and who has both kinds from then on.
    await assigned(20);
    await assigned(400);
    const others = over(log);
    await others.assigned(400);
    expect(() => others.judge(next)).toThrow('does not reach back to offset 400');
    await others.assigned(400);
    expect(others.judge(next)).toEqual(['duplicate', 'duplicate', 'first']);
    const readsBefore = others.reads.length;
    for (let offset = 403; offset < 500; offset += 2) {
      others.judge(batchOf(early(record(offset))));
      others.judge(batchOf(record(offset + 1)));
    }
    expect(others.reads).toHaveLength(readsBefore);
    expect(reads.length).toBeGreaterThan(0);
  });

  it('tell what they hold and what they forgot, also in partitions that are gone', async () => {
    const { windows, assigned, judge } = over([]);
    await assigned(0);
    judge(batchOf(...Array.from({ length: 1_010 }, (_, offset) => record(offset))));
    expect(windows.sizes()).toEqual([{ partition: 2, events: 1_010, spanMs: 999_000 }]);
    expect(windows.forgotten()).toBe(9);
    windows.revoked(2);
    expect(windows.sizes()).toEqual([]);
    expect(windows.forgotten()).toBe(9);
  });

  it('are retried, not fatal, when they are lost', () => {
    expect(new WindowLost(2, 'x')).toMatchObject({ code: 'E_DUPLICATE_WINDOW_LOST', retriable: true });
  });
});

describe('the fates that owners of a partition give between them', () => {
  /** What one owner does with a batch: commits it, sees it undone, dies over it; or goes on though it was replaced. */
  const turns = fc.array(
    fc.record({
      owner: fc.constantFrom(0, 1, 2),
      size: fc.integer({ min: 1, max: 20 }),
      ends: fc.constantFrom('commits', 'commits', 'commits', 'aborts', 'dies', 'is replaced'),
      /** Whether the one before is told that the partition is no longer its own. */
      told: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60, size: 'max' },
  );
  const logs = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.constantFrom(null, null, null, 'replay')), {
      minLength: 1,
      maxLength: 120,
      size: 'max',
    })
    .map((steps) =>
      steps.map(([id, replay_id], offset) => ({
        ...record(offset),
        value: anEnrichedEvent({ event_id: String(id), replay_id }),
      })),
    );

  it('are those of one owner that never stopped, whatever the rebalances, aborts and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(logs, turns, async (log, schedule) => {
        const alone = over(log);
        await alone.assigned(0);
        const expected = alone.judge(batchOf(...log));

        const owners = [over(log), over(log), over(log)];
        const fates: unknown[] = [];
        let before: number | null = null;
        let needsAssignment = true;
        const last = { owner: 0, size: log.length, ends: 'commits', told: true } as const;
        for (const { owner, size, ends, told } of [...schedule, last]) {
          const committed = fates.length;
          const batch = log.slice(committed, committed + size);
          if (batch.length === 0) break;
          if (owner !== before || needsAssignment) {
            if (before !== null && before !== owner && told) owners[before]?.windows.revoked(2);
            await owners[owner]?.assigned(committed);
          }
          before = owner;
          const judged = owners[owner]?.judge(batchOf(...batch)) ?? [];
          needsAssignment = ends !== 'commits';
          if (ends === 'commits') fates.push(...judged);
          else if (ends === 'dies') owners[owner] = over(log);
          else if (ends === 'is replaced') before = null;
        }
        expect(fates).toEqual(expected);
      }),
      { numRuns: scaledRuns(300) },
    );
  });
});
