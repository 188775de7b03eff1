import { setTimeout as delay } from 'node:timers/promises';
import { topics, type EnrichedEvent, type StageCounts } from '@headwater/contracts';
import type { StreamedBatch } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { eventually, Installation } from '../../kafka-tests/installation-setup';
import { BrokerUnavailable } from '../errors';
import type { RangedBatchMark } from '../options';
import { silentLog } from '../client/log';
import { ObservingServer } from './observing-server';
import { formatPending, parsePending } from './pending-range';
import { RangedServer } from './ranged-server';

const { enrichedEvents, failedEvents } = topics;

const events = (count: number): EnrichedEvent[] =>
  Array.from({ length: count }, (_, index) => anEnrichedEvent({ event_id: `event-${String(index)}` }));

interface Stored {
  readonly token: string;
  readonly recovered: boolean;
  readonly ids: readonly string[];
}

const storedOf = (batch: StreamedBatch<object>): Stored => ({
  token: `${String(batch.partition)}:${String(batch.first)}-${String(batch.next)}`,
  recovered: (batch as StreamedBatch<object> & RangedBatchMark).recovered,
  ids: [...batch.records].map((record) =>
    'value' in record ? (record.value as EnrichedEvent).event_id : '?',
  ),
});

describe('a store that recognises batches by their range', () => {
  let at: Installation;
  let stored: Stored[];
  beforeEach(async () => {
    at = await Installation.create();
    stored = [];
  });
  afterEach(() => at.close());

  const caughtUp = (): Promise<void> =>
    eventually(async () => (await at.lag('loader', enrichedEvents)) === 0n, 'nothing left to read');

  it('has the range written down while it stores, and nothing afterwards', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    const during: (string | null)[] = [];
    await at.start(new RangedServer(at.options('loader')), enrichedEvents, async (batch) => {
      stored.push(storedOf(batch));
      during.push((await at.committed('loader', enrichedEvents, 0)).metadata);
    });
    await caughtUp();
    expect(stored.map(({ token, recovered }) => [token, recovered])).toEqual([['0:0-10', false]]);
    expect(parsePending(during[0] ?? null)).toMatchObject({
      kind: 'pending',
      range: { first: 0n, next: 10n, rows: 10 },
    });
    expect(await at.committed('loader', enrichedEvents, 0)).toEqual({ offset: 10n, metadata: null });
  });

  it('gets the same batch again when it failed, although more has come since', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    let broken = true;
    const server = await at.start(new RangedServer(at.options('loader')), enrichedEvents, (batch) => {
      stored.push(storedOf(batch));
      if (broken) throw new BrokerUnavailable('The database is down.');
    });
    await eventually(() => stored.length > 0, 'a first attempt');
    await at.produce(enrichedEvents, events(25).slice(10), 0);
    await eventually(() => stored.length > 2, 'more attempts');
    expect(server.notReady()).toContain('The database is down.');
    broken = false;
    await caughtUp();
    const attempts = stored.filter(({ token }) => token === '0:0-10');
    expect(attempts[0]?.recovered).toBe(false);
    expect(attempts.slice(1).every(({ recovered }) => recovered)).toBe(true);
    expect(new Set(stored.map(({ token }) => token))).toEqual(new Set(['0:0-10', '0:10-25']));
    expect(at.fatal).toEqual([]);
  });

  it('reads over the gaps that transactions leave in the offsets, and ends with no lag', async () => {
    const producer = at.kafka.client.producer({
      transactionalId: `${at.prefix}gaps`,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    for (const [index, event] of events(8).entries()) {
      const transaction = await producer.transaction();
      const messages = [{ partition: 0, value: at.encode(enrichedEvents, event) }];
      await transaction.send({ topic: at.kafka.topicName(enrichedEvents), messages });
      await (index % 3 === 2 ? transaction.abort() : transaction.commit());
    }
    await producer.disconnect();
    let broken = true;
    await at.start(new RangedServer(at.options('loader')), enrichedEvents, (batch) => {
      stored.push(storedOf(batch));
      if (broken) {
        broken = false;
        throw new BrokerUnavailable('The database is down.');
      }
    });
    await caughtUp();
    expect(stored[1]).toEqual({ ...stored[0], recovered: true });
    expect([...new Map(stored.map(({ token, ids }) => [token, ids])).values()].flat()).toEqual(
      events(8)
        .filter((_, index) => index % 3 !== 2)
        .map(({ event_id }) => event_id),
    );
  });

  it('lets the partitions of a topic rest, and gets fewer, larger batches of it', async () => {
    const restMs = { [enrichedEvents.name]: 2_000 };
    await at.start(
      new RangedServer({ ...at.options('loader'), restMs, batch: { lingerMs: 10 } }),
      enrichedEvents,
      (batch) => {
        stored.push(storedOf(batch));
      },
    );
    const sent = events(20);
    for (const event of sent) {
      await at.produce(enrichedEvents, [event], 0);
      await delay(100);
    }
    await caughtUp();
    expect(stored.flatMap(({ ids }) => ids)).toEqual(sent.map(({ event_id }) => event_id));
    expect(stored.length).toBeLessThan(6);
  });

  it('stops rather than store other rows under a range that was being stored', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    const metadata = formatPending({ first: 0n, next: 5n, rows: 5, sha256: '0'.repeat(64), schemas: null });
    await at.commit('loader', enrichedEvents, 0n, metadata);
    await at.produce(enrichedEvents, events(3), 1);
    const server = await at.start(new RangedServer(at.options('loader')), enrichedEvents, (batch) => {
      stored.push(storedOf(batch));
    });
    await eventually(() => server.notReady() !== null, 'it stops');
    expect(server.notReady()).toMatch(/cannot be made again: the records are not the ones/);
    await eventually(() => stored.length > 0, 'the other partitions go on');
    expect(stored.map(({ token }) => token)).toEqual(['1:0-3']);
    // A restart would find the same, and be the first of many.
    expect(at.fatal).toEqual([]);
    expect((await at.committed('loader', enrichedEvents, 0)).metadata).toBe(metadata);
  });

  it('stops when a newer version left a note that it cannot read', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    await at.commit('loader', enrichedEvents, 0n, 'v2:something');
    const server = await at.start(new RangedServer(at.options('loader')), enrichedEvents, () => undefined);
    await eventually(() => server.notReady() !== null, 'it stops');
    expect(server.notReady()).toContain('v2:something');
    expect(at.fatal).toEqual([]);
  });

  it('stays a member of its group while a store takes far longer than a session', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    const joined: string[] = [];
    const log = {
      ...silentLog,
      info: (_context: object, message: string) => {
        if (message.startsWith('Joined')) joined.push(message);
      },
    };
    const options = at.options('loader', { sessionTimeoutMs: 6_000, log });
    const server = await at.start(new RangedServer(options), enrichedEvents, async (batch) => {
      await delay(stored.length === 0 ? 20_000 : 0);
      stored.push(storedOf(batch));
    });
    await caughtUp();
    expect(stored.map(({ token, recovered }) => ({ token, recovered }))).toEqual([
      { token: '0:0-10', recovered: false },
    ]);
    expect(joined).toHaveLength(1);
    expect(server.notLive()).toBeNull();
  });
});

describe('a gap in the input of a store', () => {
  it('is told before anything behind it is stored, and again under the same id until it was taken', async () => {
    const at = await Installation.create();
    try {
      await at.produce(enrichedEvents, events(20), 1);
      await at.deleteRecords(enrichedEvents, 1, 5n);
      await at.run((admin) =>
        admin.setOffsets({
          groupId: at.kafka.groupId('loader'),
          topic: at.kafka.topicName(enrichedEvents),
          partitions: [{ partition: 1, offset: '2' }],
        }),
      );
      const told: StageCounts[] = [];
      let toldWhenStored = -1;
      const onGap = (summary: StageCounts): Promise<void> => {
        told.push(summary);
        return told.length < 3 ? Promise.reject(new BrokerUnavailable('not now')) : Promise.resolve();
      };
      await at.start(new RangedServer(at.options('loader', { onGap })), enrichedEvents, () => {
        toldWhenStored = told.length;
      });
      await eventually(async () => (await at.lag('loader', enrichedEvents)) === 0n, 'nothing left to read');
      expect(toldWhenStored).toBe(3);
      expect(told).toHaveLength(3);
      expect(new Set(told.map(({ counts_id }) => counts_id)).size).toBe(1);
      expect(told[0]).toMatchObject({
        stage: 'loader',
        series: 'gap',
        source: 'enriched-events/1/2-4',
        in_count: 0,
      });
    } finally {
      await at.close();
    }
  });
});

describe('a reader that only looks', () => {
  it('commits behind what it has seen, on several topics, and sees a batch again that it failed on', async () => {
    const at = await Installation.create();
    try {
      await at.produce(enrichedEvents, events(30));
      const seen: string[] = [];
      let failures = 1;
      const server = new ObservingServer(at.options('monitor'));
      server.addHandler(failedEvents.name, () => Promise.resolve(undefined) as never, true);
      await at.start(server, enrichedEvents, (batch) => {
        if (failures-- > 0) throw new BrokerUnavailable('not now');
        seen.push(...storedOf(batch).ids);
      });
      await eventually(async () => (await at.lag('monitor', enrichedEvents)) === 0n, 'nothing left to read');
      expect(seen.sort()).toEqual(
        events(30)
          .map(({ event_id }) => event_id)
          .sort(),
      );
    } finally {
      await at.close();
    }
  });
});
