import { setTimeout as delay } from 'node:timers/promises';
import { topics, type QualityAlert, type StageCounts } from '@headwater/contracts';
import { QualityMonitor } from '@headwater/quality';
import { contentId, ServiceError, type Batch, type Received } from '@headwater/stage';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { clockOf } from './clock';
import { config } from './config';
import type { History } from './history';
import { QualityMetrics } from './quality-metrics';
import { Watchkeeper } from './watchkeeper';

const MINUTE = 60_000;
const WEEK = 7 * 24 * 60 * MINUTE;
/** A Monday, 10:00 UTC. */
const NOW = Date.UTC(2026, 1, 2, 10);

class Outage extends ServiceError {
  override readonly code = 'E_OUTAGE';
  override readonly retriable = true;
}

const summary = (at: number, count: number, piece = 0): StageCounts => ({
  counts_id: contentId('test', String(at), String(piece)),
  app_id: 'shop',
  collector_tstamp: at,
  stage: 'enricher',
  series: 'total',
  unit: 'event',
  source: 'collector-payloads/0/0-1',
  in_count: count,
  out_count: count,
  failed: {},
  dropped: {},
  payloads_in: null,
  status_codes: null,
  lag_records: 0,
  max_delay_ms: 50,
});

/** Three weeks, and of each the hours around 10:00, at 600 a minute. */
function* past(until: number): Iterable<StageCounts> {
  for (let week = 3; week >= 0; week -= 1)
    for (
      let at = NOW - week * WEEK - 60 * MINUTE;
      at < NOW - week * WEEK + 120 * MINUTE && at < until;
      at += MINUTE
    )
      yield summary(at, 600 + ((at / MINUTE) % 9));
}

class SeededHistory implements History {
  outages = 0;
  pieces = 0;
  constructor(
    private readonly rows: readonly StageCounts[],
    private readonly open: readonly QualityAlert[] = [],
  ) {}

  span() {
    this.outages -= 1;
    if (this.outages >= 0) return Promise.reject(new Outage('The database is down.'));
    const times = this.rows.map(({ collector_tstamp }) => collector_tstamp);
    return Promise.resolve(times.length === 0 ? null : { from: Math.min(...times), to: Math.max(...times) });
  }
  counts(from: number, to: number) {
    this.pieces += 1;
    return Promise.resolve(this.rows.filter(({ collector_tstamp: at }) => at >= from && at < to));
  }
  openAlerts() {
    return Promise.resolve(this.open);
  }
}

const running: Watchkeeper[] = [];
afterEach(async () => {
  for (const watchkeeper of running.splice(0)) await watchkeeper.stop();
});

function keep(history: History, given: Record<string, unknown> = {}) {
  const { quality } = config.parse({
    kafka: { brokers: ['localhost:1'] },
    registry: { url: 'http://localhost:1' },
    clickhouse: { url: 'http://localhost:1' },
    quality: { tickSeconds: 3600, settleSeconds: 0, recoveryMinutes: 3, ...given },
  });
  const written: QualityAlert[] = [];
  const fatal: unknown[] = [];
  const time = { now: NOW };
  const writer = {
    down: false,
    write: (_topic: unknown, value: object) => {
      if (writer.down) return Promise.reject(new Outage('The broker is down.'));
      written.push(value as QualityAlert);
      return Promise.resolve();
    },
  };
  /** Every topic has one partition with ten records, which every stage has read. */
  const positions = {
    close: () => Promise.resolve(),
    asked: 0,
    refused: false,
    bounds: () => {
      positions.asked += 1;
      if (positions.refused) return Promise.reject(new Outage('The brokers refuse it.'));
      return Promise.resolve([{ partition: 0, start: 0n, stableEnd: 10n, end: 10n }]);
    },
    lag: () =>
      Promise.resolve(
        Object.values(topics).map((topic) => ({
          topic,
          partition: 0,
          committed: 10n,
          metadata: null,
          start: 0n,
          stableEnd: 10n,
          lag: 0n,
        })),
      ),
  };
  const registry = new Registry();
  /** Units that came into the enricher, as the metrics have them. */
  const cameIn = async (): Promise<number> => {
    const text = await registry.getSingleMetricAsString('headwater_quality_units_total');
    return Number(/\{stage="enricher",app_id="shop",outcome="in"\} (\d+)/.exec(text)?.[1] ?? 0);
  };
  const warnings: string[] = [];
  const log = pino(
    { level: 'warn' },
    { write: (line) => void warnings.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const clock = { ...clockOf({ offsetSeconds: 0, speed: 1 }), now: () => time.now };
  const watchkeeper = new Watchkeeper({
    monitor: new QualityMonitor(quality),
    history,
    writer,
    positions,
    clock,
    log,
    metrics: new QualityMetrics(registry),
    settings: quality,
    onFatal: (error) => fatal.push(error),
  });
  running.push(watchkeeper);
  let offset = 0n;
  const batch = (values: readonly StageCounts[]): Batch<StageCounts> => {
    const first = offset;
    const records = values.map((value): Received<StageCounts> => ({
      offset: offset++,
      timestamp: time.now,
      value,
    }));
    return { topic: topics.stageCounts, partition: 0, first, next: offset, records, lag: 0 };
  };
  /** One minute of traffic after the other. */
  const live = async (from: number, minutes: number, count: number): Promise<void> => {
    for (let at = from; at < from + minutes * MINUTE; at += MINUTE) {
      time.now = at + 62_000;
      await watchkeeper.receive(batch([summary(at, count)]));
      time.now += 45_000;
      await watchkeeper.tick();
    }
  };
  return { watchkeeper, written, fatal, writer, time, batch, live, positions, warnings, cameIn };
}

describe('Watchkeeper', () => {
  it('learns from history in pieces, raises a drop and resolves it', async () => {
    const history = new SeededHistory([...past(NOW)]);
    const { watchkeeper, live, written } = keep(history, { history: { maxRows: 100 } });
    expect(watchkeeper.notReady()).toContain('ClickHouse');
    await watchkeeper.start();
    expect(watchkeeper.notReady()).toBeNull();
    expect(history.pieces).toBeGreaterThan(5);
    await live(NOW - 30 * MINUTE, 33, 600);
    expect(written).toEqual([]);
    await live(NOW + 3 * MINUTE, 5, 100);
    expect(written).toMatchObject([
      { check: 'volume', state: 'firing', app_id: 'shop', started_at: NOW + 3 * MINUTE },
    ]);
    await live(NOW + 8 * MINUTE, 8, 600);
    expect(written[1]).toMatchObject({ state: 'resolved', dedupe_key: written[0]!.dedupe_key });
  });

  it('counts what the topic holds twice, in its tail and in history, once', async () => {
    const { watchkeeper, live, written, time } = keep(new SeededHistory([...past(NOW)]));
    await watchkeeper.start();
    const asked: unknown[] = [];
    const records = [...past(NOW)]
      .slice(-60)
      .map((value): Received<unknown> => ({ offset: 0n, timestamp: 0, value }));
    await watchkeeper.assigned({
      topic: 'stage-counts',
      partition: 0,
      tail: {
        end: 60n,
        offsetAt: (timestamp) => {
          asked.push(timestamp);
          return Promise.resolve(7n);
        },
        read: async function* (from) {
          asked.push(from);
          await delay(1);
          yield* records;
          yield* records;
        },
      },
    });
    expect(asked).toEqual([NOW - 31 * MINUTE, 7n]);
    time.now = NOW + MINUTE;
    await live(NOW, 10, 600);
    expect(written).toEqual([]);
  });

  it('reads of a partition that it is given again only what it has not read yet', async () => {
    const { watchkeeper, batch } = keep(new SeededHistory([]));
    await watchkeeper.start();
    const read: string[] = [];
    const assigned = (end: bigint, lostAt = end) =>
      watchkeeper.assigned({
        topic: 'stage-counts',
        partition: 0,
        tail: {
          end,
          offsetAt: () => Promise.resolve(3n),
          read: async function* (from) {
            await delay(1);
            read.push(`${String(from)}-${String(lostAt)}`);
            for (let offset = from; offset < lostAt; offset += 1n)
              yield { offset, timestamp: 0, value: summary(NOW, 1, Number(offset)) };
            if (lostAt < end) throw new Outage('The partition was taken away.');
          },
        },
      });
    // Taken away while it reads: it goes on where it was.
    await expect(assigned(60n, 20n)).rejects.toThrow('taken away');
    await assigned(60n);
    // Every join of the group gives it again, from what was committed: that, or more, is in memory.
    await assigned(60n);
    await assigned(50n);
    expect(read).toEqual(['3-20', '20-60']);
    // Another one has read on meanwhile.
    await assigned(80n);
    expect(read.slice(2)).toEqual(['60-80']);
    // A topic that was made anew begins at 0, and is read from what was received of it on.
    await watchkeeper.receive(batch([summary(NOW, 1, 100), summary(NOW, 1, 101)]));
    await assigned(6n);
    expect(read.slice(3)).toEqual(['2-6']);
  });

  it('adds each summary to the metrics once: not what an earlier life has counted, and what is late like any other', async () => {
    const { watchkeeper, batch, cameIn } = keep(new SeededHistory([...past(NOW)]));
    await watchkeeper.start();
    const told = summary(NOW, 600);
    await watchkeeper.assigned({
      topic: topics.stageCounts.name,
      partition: 0,
      tail: {
        end: 1n,
        offsetAt: () => Promise.resolve(0n),
        read: async function* () {
          await delay(1);
          yield { offset: 0n, timestamp: NOW, value: told } satisfies Received<unknown>;
        },
      },
    });
    expect(await cameIn()).toBe(0);
    const fresh = summary(NOW, 30, 1);
    const beforeHistoryEnds = summary(NOW - 90 * MINUTE, 7, 2);
    const ahead = summary(NOW + 60 * MINUTE, 1_000, 3);
    const ofOneEvent = { ...summary(NOW, 30, 4), series: 'event_name=view' };
    await watchkeeper.receive(batch([fresh, beforeHistoryEnds, ahead, ofOneEvent]));
    expect(await cameIn()).toBe(37);
    // What was handed over and not committed comes again.
    await watchkeeper.receive(batch([told, fresh, beforeHistoryEnds]));
    expect(await cameIn()).toBe(37);
  });

  it('waits for a database that is down, and lets nothing pass meanwhile', async () => {
    const history = new SeededHistory([...past(NOW)]);
    history.outages = 1;
    const { watchkeeper, batch } = keep(history);
    const started = watchkeeper.start();
    let received = false;
    const receiving = watchkeeper.receive(batch([summary(NOW, 600)])).then(() => {
      received = true;
    });
    await delay(300);
    expect(received).toBe(false);
    expect(watchkeeper.notReady()).not.toBeNull();
    await started;
    await receiving;
    expect(watchkeeper.notReady()).toBeNull();
  });

  it('keeps alerts while the broker is down, and writes each once', async () => {
    const { watchkeeper, live, written, writer, fatal } = keep(new SeededHistory([...past(NOW)]));
    await watchkeeper.start();
    await live(NOW - 30 * MINUTE, 30, 600);
    writer.down = true;
    await live(NOW, 5, 60);
    expect(written).toEqual([]);
    writer.down = false;
    await watchkeeper.tick();
    await watchkeeper.tick();
    expect(written).toHaveLength(1);
    expect(fatal).toEqual([]);
  });

  it('ends the process on an error that waiting cannot heal', async () => {
    const { watchkeeper, live, writer, fatal } = keep(new SeededHistory([...past(NOW)]));
    await watchkeeper.start();
    await live(NOW - 30 * MINUTE, 30, 600);
    writer.write = () => Promise.reject(new Error('The schema is not registered.'));
    await live(NOW, 2, 60);
    expect(fatal).toHaveLength(1);
    writer.write = () => Promise.resolve();
  });

  it('after a restart neither raises again nor forgets to resolve', async () => {
    const first = keep(new SeededHistory([...past(NOW)]));
    await first.watchkeeper.start();
    await first.live(NOW - 30 * MINUTE, 30, 600);
    await first.live(NOW, 5, 100);
    expect(first.written).toHaveLength(1);
    const dropped = Array.from({ length: 5 }, (_, minute) => summary(NOW + minute * MINUTE, 100));
    const second = keep(new SeededHistory([...past(NOW), ...dropped], first.written));
    second.time.now = NOW + 6 * MINUTE;
    await second.watchkeeper.start();
    const from = NOW + 4 * MINUTE - 30 * MINUTE;
    await second.live(from, 26, 600);
    await second.live(NOW, 5, 100);
    await second.live(NOW + 5 * MINUTE, 12, 600);
    expect(second.written).toMatchObject([
      {
        state: 'resolved',
        dedupe_key: first.written[0]!.dedupe_key,
        started_at: first.written[0]!.started_at,
      },
    ]);
  });

  it('starts without history when there is none, or none is wanted', async () => {
    for (const given of [{}, { history: { enabled: false } }]) {
      const { watchkeeper, live, written } = keep(new SeededHistory([]), given);
      await watchkeeper.start();
      await live(NOW, 20, 600);
      expect(written).toEqual([]);
    }
  });

  describe('when events are missing between two stages', () => {
    const at = (stage: 'enricher' | 'validator' | 'loader', count: number): StageCounts => ({
      ...summary(NOW, count),
      counts_id: contentId('test', stage),
      stage,
    });
    const assignment = (values: readonly StageCounts[] = []) => ({
      topic: topics.stageCounts.name,
      partition: 0,
      tail: {
        end: 10n,
        offsetAt: () => Promise.resolve(0n),
        read: async function* () {
          await delay(1);
          for (const value of values) yield { offset: 0n, timestamp: 0, value } satisfies Received<unknown>;
        },
      },
    });
    const lossy = async (given: Record<string, unknown> = {}) => {
      const kept = keep(new SeededHistory([]), given);
      await kept.watchkeeper.start();
      kept.time.now = NOW + 61_000;
      await kept.watchkeeper.receive(kept.batch([at('enricher', 20), at('validator', 17), at('loader', 17)]));
      const tick = async (seconds: number): Promise<void> => {
        kept.time.now = NOW + 61_000 + seconds * 1000;
        await kept.watchkeeper.tick();
        await kept.watchkeeper.look();
      };
      return { ...kept, tick };
    };

    it('asks Kafka how far the stages have read, and tells it within a minute of the close', async () => {
      const { watchkeeper, tick, written } = await lossy();
      await watchkeeper.assigned(assignment());
      await tick(5);
      expect(written).toEqual([]);
      await tick(10);
      expect(written).toMatchObject([
        {
          check: 'accounting',
          state: 'firing',
          app_id: 'shop',
          stage: 'validator',
          observed: 17,
          expected: 20,
        },
      ]);
    });

    it('asks nothing while everything balances', async () => {
      const { watchkeeper, tick, batch, positions } = await lossy();
      await watchkeeper.assigned(assignment());
      const late = [{ ...at('validator', 3), counts_id: contentId('test', 'late') }];
      await watchkeeper.receive(
        batch([...late, { ...at('loader', 3), counts_id: contentId('test', 'later') }]),
      );
      await tick(5);
      expect(positions.asked).toBe(0);
    });

    it('does not take for read what it was not given', async () => {
      const { watchkeeper, tick, written } = await lossy();
      for (let seconds = 5; seconds < 60; seconds += 5) await tick(seconds);
      await watchkeeper.assigned(
        assignment([{ ...at('validator', 3), counts_id: contentId('test', 'tail') }]),
      );
      watchkeeper.released(topics.stageCounts.name, 0);
      for (let seconds = 60; seconds < 120; seconds += 5) await tick(seconds);
      expect(written).toEqual([]);
    });

    it('waits where Kafka does not say it, and says so once', async () => {
      const { watchkeeper, tick, written, positions, warnings } = await lossy({
        checks: { accounting: { graceMinutes: 2 } },
      });
      await watchkeeper.assigned(assignment());
      positions.refused = true;
      for (let seconds = 5; seconds < 115; seconds += 5) await tick(seconds);
      expect(written).toEqual([]);
      expect(warnings).toEqual([expect.stringContaining('The brokers refuse it. The user needs Describe')]);
      await tick(121);
      expect(written).toMatchObject([{ check: 'accounting', observed: 17, expected: 20 }]);
    });
  });
});
