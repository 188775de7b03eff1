import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouse } from '@headwater/clickhouse';
import { topics } from '@headwater/contracts';
import { BrokerUnavailable, PoisonBatch } from '@headwater/kafka';
import { reportOf, type Observations } from '@headwater/verification';
import { anAcceptedRun } from '../testing/a-run';
import { InMemoryTopics } from '../testing/in-memory-topics';
import { observe, type CheckSettings } from './check';
import { readingServices } from './topic-records';

const { facts, event } = anAcceptedRun();
const outage = new BrokerUnavailable('the brokers are away');
const poison = new PoisonBatch('collector-payloads', 0, { first: 1n, last: 1n, reason: 'bad checksum' });

/** A database with no row, and with a canary in one column where that is asked for. */
const aDatabase = (canary: string | null = null): ClickHouse =>
  ({
    query: (sql: string) => {
      const answer = (): readonly object[] => {
        if (sql.includes('system.columns')) return [{ table: 'failed', column: 'useragent', hasApp: 1 }];
        if (sql.includes('AS suspects')) return [{ suspects: canary === null ? 0 : 1 }];
        if (sql.includes('AS texts')) return [{ texts: [canary] }];
        return [];
      };
      return Promise.resolve(answer());
    },
  }) as unknown as ClickHouse;

describe('observe', () => {
  let folder: string;
  let log: InMemoryTopics;
  let stop: AbortController;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-check-'));
    log = new InMemoryTopics();
    stop = new AbortController();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const look = async (
    known: {
      readonly settings?: Partial<CheckSettings>;
      readonly clickhouse?: ClickHouse;
      readonly onSleep?: () => void;
    } = {},
  ): Promise<Observations> => {
    let time = 0;
    return observe(
      facts,
      {
        ledger: folder,
        settleMs: 5_000,
        scan: [],
        metrics: [],
        metricsToken: null,
        groups: readingServices,
        wantsAlerts: true,
        ...known.settings,
      },
      {
        clickhouse: known.clickhouse ?? aDatabase(),
        inspector: log.inspector,
        now: () => time,
        sleep: (ms) => {
          time += ms;
          known.onSleep?.();
          return Promise.resolve();
        },
        stop: stop.signal,
        onProgress: () => undefined,
      },
    );
  };
  const verdictsOf = (seen: Observations): Readonly<Record<string, string>> =>
    Object.fromEntries(
      reportOf(seen, { alerts: ['lag'], noAlerts: [] }).invariants.map(({ id, verdict }) => [id, verdict]),
    );

  it('counts each record once, though looks at the topics break off half-way', async () => {
    for (let number = 0; number < 3; number += 1) {
      log.add(topics.enrichedEvents, event(number));
      log.add(topics.validEvents, event(number));
    }
    log.breakAfter(topics.enrichedEvents, 2, outage);
    log.breakAfter(topics.validEvents, 2, outage);
    const seen = await look();
    expect([seen.topics.kind, seen.input.kind]).toEqual(['seen', 'seen']);
    expect([...seen.came.copies]).toEqual([1, 1, 1]);
    expect([...seen.records.validCopies]).toEqual([1, 1, 1]);
    expect(verdictsOf(seen)).toMatchObject({ I2: 'holds' });
  });

  it('keeps nothing of an input that could not be read to the end', async () => {
    for (const number of [0, 0, 0]) log.add(topics.enrichedEvents, event(number));
    log.breakAfter(topics.enrichedEvents, 2, poison);
    const seen = await look();
    expect(seen.input).toMatchObject({
      kind: 'failed',
      why: expect.stringContaining('bad checksum') as string,
    });
    expect([...seen.came.copies]).toEqual([0, 0, 0]);
    expect(verdictsOf(seen)).toMatchObject({ I2: 'holds', I7: 'unverified' });
  });

  it('waits for every group that the topics are read by, the quality monitor too, and for no other', async () => {
    log.add(topics.stageCounts, event(0));
    log.commit('loader', topics.stageCounts, 1n);
    let looks = 0;
    const caughtUp = await look({
      onSleep: () => {
        looks += 1;
        if (looks === 3) log.commit('quality-monitor', topics.stageCounts, 1n);
      },
    });
    expect(looks).toBeGreaterThanOrEqual(3);
    expect(verdictsOf(caughtUp)).toMatchObject({ I9: 'holds' });
    log.add(topics.stageCounts, event(1));
    log.commit('loader', topics.stageCounts, 2n);
    const behind = await look();
    expect(verdictsOf(behind)).toMatchObject({ I9: 'broken' });
    expect(behind.settledSeconds).toBeGreaterThanOrEqual(5);
    const groups = readingServices.filter((name) => name !== 'quality-monitor');
    expect(verdictsOf(await look({ settings: { groups } }))).toMatchObject({ I9: 'holds' });
  });

  it('told to stop while it waits, knows nothing: what is on its way is not lost', async () => {
    log.add(topics.validEvents, event(0));
    const seen = await look({
      onSleep: () => {
        stop.abort();
      },
    });
    const verdicts = verdictsOf(seen);
    expect([...new Set(Object.values(verdicts))]).toEqual(['unverified']);
    expect(seen.tables).toMatchObject({ why: expect.stringContaining('was stopped') as string });
  });

  it('told to stop before it began, is as ignorant', async () => {
    stop.abort();
    expect([...new Set(Object.values(verdictsOf(await look())))]).toEqual(['unverified']);
  });

  it('does not take a topic that it may not read for a breach, nor one that it cannot read for one that it may not', async () => {
    log.add(topics.collectorPayloads, { ip_address: '198.18.3.0', body: null });
    log.denied.add('collector-payloads');
    const kept = await look();
    expect(kept.leakScan).toEqual({
      kind: 'seen',
      value: ['all tables', 'the topic failed-events', 'the topic valid-events', 'the topic enriched-events'],
    });
    log.denied.clear();
    log.breakAfter(topics.collectorPayloads, 1, poison);
    const broken = await look();
    expect(broken.leakScan).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/^the topic collector-payloads: .*bad checksum/) as string,
    });
    expect(verdictsOf(broken)).toMatchObject({ I6: 'unverified' });
  });

  it('keeps a leak that it found, whatever cannot be looked at afterwards', async () => {
    log.add(topics.collectorPayloads, { ip_address: '198.18.3.0', body: null });
    log.breakAfter(topics.collectorPayloads, 0, poison);
    const file = join(folder, 'loader.log');
    writeFileSync(file, 'from 198.18.7.9\n');
    const seen = await look({
      settings: { scan: [file] },
      clickhouse: aDatabase('Mozilla c6.12.01.02'),
    });
    expect(seen.leaks.examples).toEqual([
      'table failed, column useragent: c6.12.01.02 (hex)',
      `${file}, line 1: 198.18.7.9 (text)`,
    ]);
    expect(verdictsOf(seen)).toMatchObject({ I6: 'broken' });
  });
});
