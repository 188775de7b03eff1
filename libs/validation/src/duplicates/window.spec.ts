import fc from 'fast-check';
import { anEnrichedEvent } from '@headwater/testing';
import type { Identified } from './identity';
import { rebuildWindow, type LogTail } from './rebuild';
import { DuplicateWindow, type DuplicateWindowOptions, type Sighted, type Sighting } from './window';

const SECOND = 1_000;
const options: DuplicateWindowOptions = { windowMs: 3_600 * SECOND, maxEvents: 1_000, seed: [1, 2] };
const START = 1_782_000_000_000;

const at = (offset: number, value: Partial<Identified> = {}, timestamp = START + offset): Sighted => ({
  offset: BigInt(offset),
  timestamp,
  value: { ...anEnrichedEvent(), ...value },
});

describe('a duplicate window', () => {
  it.each<[string, Partial<Identified>, Sighting]>([
    ['the same id and fingerprint', {}, 'duplicate'],
    ['the same id with another fingerprint', { event_fingerprint: 'other' }, 'conflict'],
    ['a replay of the failed event with that id', { replay_id: 'replay-1' }, 'first'],
    ['the same id without a fingerprint', { event_fingerprint: null }, 'conflict'],
    ['another id', { event_id: '00000000-0000-4000-8000-000000000000' }, 'first'],
    ['another app', { app_id: 'blog' }, 'first'],
  ])('sees %s after an event as it is', (_case, value, expected) => {
    const window = new DuplicateWindow(options);
    expect(window.see(at(0))).toBe('first');
    expect(window.see(at(1, value))).toBe(expected);
  });

  it('knows the resent copy of a conflicting event, and of the first one behind it', () => {
    const window = new DuplicateWindow(options);
    const seen = [
      {},
      { event_fingerprint: 'b' },
      { event_fingerprint: 'b' },
      {},
      { event_fingerprint: 'c' },
    ].map((value, offset) => window.see(at(offset, value)));
    expect(seen).toEqual(['first', 'conflict', 'duplicate', 'duplicate', 'conflict']);
  });

  it('does not take the parts of the identity for one text', () => {
    const window = new DuplicateWindow(options);
    window.see(at(0, { app_id: 'ab', event_id: 'c' }));
    expect(window.see(at(1, { app_id: 'b', event_id: 'ca' }))).toBe('first');
  });

  it('forgets what is older than the window, by the time of the log', () => {
    const window = new DuplicateWindow(options);
    window.see(at(0, {}, START));
    expect(window.see(at(1, {}, START + options.windowMs))).toBe('duplicate');
    expect(window.see(at(2, {}, START + 2 * options.windowMs + SECOND))).toBe('first');
  });

  it('forgets what lies more than maxEvents back, and counts it', () => {
    const window = new DuplicateWindow({ ...options, maxEvents: 2 });
    window.see(at(0));
    window.see(at(1, { event_id: 'b' }));
    window.see(at(2, { event_id: 'c' }));
    expect(window.forgotten).toBe(0);
    expect(window.see(at(3))).toBe('first');
    expect(window.forgotten).toBe(1);
  });

  it('answers a record that comes again as it did the first time', () => {
    const window = new DuplicateWindow(options);
    window.see(at(0));
    const first = [
      window.see(at(1)),
      window.see(at(2, { event_id: 'b' })),
      window.see(at(3, { event_id: 'b' })),
    ];
    const again = [
      window.see(at(1)),
      window.see(at(2, { event_id: 'b' })),
      window.see(at(3, { event_id: 'b' })),
    ];
    expect(first).toEqual(['duplicate', 'first', 'duplicate']);
    expect(again).toEqual(first);
    expect(window.size).toBe(4);
  });

  it('keeps an older sighting that a taken-back one had replaced', () => {
    const window = new DuplicateWindow(options);
    window.see(at(0, {}, START));
    window.see(at(1, {}, START + 2_000 * SECOND));
    // Had the copy at offset 1 replaced the one at offset 0, this record would look like the first of its kind.
    expect(window.see(at(1, {}, START + 2_000 * SECOND))).toBe('duplicate');
  });

  it('says when it cannot go back far enough', () => {
    const small = { ...options, maxEvents: 1_000, maxRewind: 24 };
    const window = new DuplicateWindow(small);
    for (let offset = 0; offset < 5_000; offset += 1) window.see(at(offset, { event_id: String(offset) }));
    expect(window.rewind(4_990n, START + 4_990)).toBe(true);
    expect(window.rewind(100n, START + 100)).toBe(false);
  });

  it('gives up the memory of what is too old', () => {
    const window = new DuplicateWindow(options);
    for (let offset = 0; offset < 100; offset += 1) window.see(at(offset, { event_id: String(offset) }));
    const later = START + 3 * options.windowMs;
    for (let offset = 100; offset < 1_200; offset += 1)
      window.see(at(offset, { event_id: String(offset) }, later));
    expect(window.rewind(1_200n, later)).toBe(true);
    expect(window.size).toBe(1_100);
  });

  it('goes back to the start of a batch that spans more time than the window', () => {
    const window = new DuplicateWindow(options);
    window.see(at(0, {}, START));
    const judge = (): Sighting[] => {
      expect(window.rewind(1n, START + 10 * SECOND)).toBe(true);
      return [
        window.see(at(1, {}, START + 10 * SECOND)),
        window.see(at(2, {}, START + 5 * options.windowMs)),
      ];
    };
    expect(judge()).toEqual(['duplicate', 'first']);
    expect(judge()).toEqual(['duplicate', 'first']);
  });

  it('grows to its bound and no further', () => {
    const window = new DuplicateWindow({
      ...options,
      maxEvents: 3_000,
      maxRewind: 1_096,
      windowMs: 36_000 * SECOND,
    });
    for (let offset = 0; offset < 20_000; offset += 1)
      window.see(at(offset, { event_id: String(offset % 9_000) }, START + offset * SECOND));
    expect(window.size).toBe(4_096);
    expect(window.spanMs).toBe(2_999 * SECOND);
  });
});

/** What the window promises, said in the plainest way: look at the last `maxEvents` records before this one. */
function model(log: readonly Sighted[], { windowMs, maxEvents }: DuplicateWindowOptions): Sighting[] {
  const tick = (time: number): number => Math.floor(time / 1_000);
  return log.map(({ timestamp, value }, index) => {
    const before = log.slice(Math.max(0, index - maxEvents), index);
    const counts = (other: Sighted | undefined): boolean =>
      other !== undefined && tick(timestamp) - tick(other.timestamp) <= windowMs / 1_000;
    const sameId = before.filter(
      (other) =>
        other.value.app_id === value.app_id &&
        other.value.replay_id === value.replay_id &&
        (value.replay_id !== null || other.value.event_id === value.event_id),
    );
    const copies = sameId.filter(
      (other) => value.replay_id !== null || other.value.event_fingerprint === value.event_fingerprint,
    );
    return counts(copies.at(-1)) ? 'duplicate' : counts(sameId.at(-1)) ? 'conflict' : 'first';
  });
}

/** A log with few ids, so that they meet often; offsets with gaps, as transactions leave them. */
const logs = fc
  .array(
    fc.record({
      app: fc.constantFrom('a', 'b'),
      id: fc.integer({ min: 0, max: 40 }),
      print: fc.constantFrom('x', 'y', null),
      replay: fc.constantFrom(null, null, null, 'r1', '3'),
      gap: fc.integer({ min: 1, max: 3 }),
      pause: fc.oneof({ weight: 9, arbitrary: fc.nat(2_000) }, { weight: 1, arbitrary: fc.nat(90_000) }),
    }),
    { minLength: 1, maxLength: 300, size: 'max' },
  )
  .map((steps): readonly Sighted[] => {
    let offset = 0;
    let time = START;
    return steps.map(({ app, id, print, replay, gap, pause }) => {
      offset += gap;
      time += pause;
      return {
        offset: BigInt(offset),
        timestamp: time,
        value: { app_id: app, event_id: String(id), event_fingerprint: print, replay_id: replay },
      };
    });
  });

const tight = fc.record({
  windowMs: fc.constantFrom(5_000, 60_000, 3_600_000),
  maxEvents: fc.constantFrom(3, 50, 1_000),
  maxRewind: fc.constantFrom(40, 64),
  seed: fc.tuple(fc.integer(), fc.integer()),
});

describe('the fates that a duplicate window gives', () => {
  it('are those of the model in a clean single pass', () => {
    fc.assert(
      fc.property(logs, tight, (log, settings) => {
        const window = new DuplicateWindow(settings);
        expect(log.map((record) => window.see(record))).toEqual(model(log, settings));
      }),
    );
  });

  it('are the same under any schedule of aborts, redeliveries and rebuilds', async () => {
    const schedules = fc.array(
      fc.record({
        size: fc.integer({ min: 1, max: 40 }),
        ends: fc.constantFrom('commits', 'commits', 'aborts', 'crashes'),
      }),
      { maxLength: 40, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(logs, tight, schedules, async (log, settings, schedule) => {
        const fates: Sighting[] = [];
        let committed = 0;
        let window = new DuplicateWindow(settings);
        for (const { size, ends } of [...schedule, { size: log.length, ends: 'commits' as const }]) {
          const batch = log.slice(committed, committed + size);
          const first = batch[0];
          if (!first) break;
          const rebuild = (): Promise<DuplicateWindow> =>
            rebuildWindow(settings, tailOf(log.slice(0, committed)));
          expect(window.rewind(first.offset, first.timestamp)).toBe(true);
          const judged = batch.map((record) => window.see(record));
          if (ends === 'commits') {
            fates.push(...judged);
            committed += batch.length;
          } else if (ends === 'crashes') {
            window = await rebuild();
          }
        }
        expect(fates).toEqual(model(log, settings));
      }),
    );
  });
});

describe('rebuildWindow', () => {
  const hour = (offset: number): Sighted => at(offset, { event_id: String(offset) }, START + offset * SECOND);

  it('holds a tail that is shorter than the window', async () => {
    const window = await rebuildWindow(options, tailOf([hour(0), hour(1), hour(2)]));
    expect(window.size).toBe(3);
  });

  it('leaves out what is older than the window before the last record', async () => {
    const log = Array.from({ length: 900 }, (_, offset) => hour(offset * 60));
    const window = await rebuildWindow({ ...options, windowMs: 600 * SECOND }, tailOf(log));
    // Ten minutes, one more for times that are not in order, and both ends.
    expect(window.size).toBe(12);
  });

  it('finds as many events as it needs between markers of transactions, and behind a long row of them', async () => {
    const log = Array.from({ length: 2_000 }, (_, index) => hour(index * 4));
    const end = BigInt(2_000 * 4 + 5_000);
    const window = await rebuildWindow(
      { ...options, windowMs: 20_000 * SECOND, maxEvents: 1_500 },
      tailOf(log, { end }),
    );
    expect(window.size).toBeGreaterThanOrEqual(1_500);
    expect(window.rewind(end, hour(2_000 * 4).timestamp)).toBe(true);
  });

  it('reads no more than the window needs', async () => {
    const log = Array.from({ length: 20_000 }, (_, offset) => hour(offset));
    let read = 0;
    const window = await rebuildWindow(
      { ...options, maxEvents: 500 },
      tailOf(log, { onRead: () => (read += 1) }),
    );
    expect(window.size).toBeGreaterThanOrEqual(500);
    expect(window.see({ ...hour(20_000), value: hour(19_600).value })).toBe('duplicate');
    expect(read).toBeLessThan(700);
  });

  it('is empty where the log is', async () => {
    const window = await rebuildWindow(options, tailOf([]));
    expect(window.size).toBe(0);
    expect(window.see(hour(0))).toBe('first');
  });

  it('passes the failure of the log on', async () => {
    // eslint-disable-next-line require-yield -- a log that cannot be read yields nothing
    async function* broken(): AsyncGenerator<never> {
      await Promise.reject(new Error('no leader'));
    }
    await expect(rebuildWindow(options, { ...tailOf([]), end: 9n, read: broken })).rejects.toThrow(
      'no leader',
    );
  });
});

/** The log as a tail. Its offsets may have gaps, and it may end in some that hold no record. */
function tailOf(
  log: readonly Sighted[],
  { end = (log.at(-1)?.offset ?? -1n) + 1n, onRead = (): void => undefined } = {},
): LogTail {
  return {
    end,
    offsetAt: (time) => Promise.resolve(log.find(({ timestamp }) => timestamp >= time)?.offset ?? end),
    read: async function* (from) {
      for (const record of log) {
        if (record.offset < from) continue;
        onRead();
        yield await Promise.resolve(record);
      }
    },
  };
}
