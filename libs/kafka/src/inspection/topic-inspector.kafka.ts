import { setTimeout as delay } from 'node:timers/promises';
import { topics, type EnrichedEvent } from '@headwater/contracts';
import { isUndecodable } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
import { Installation, eventually, testLog } from '../../kafka-tests/installation-setup';
import { SocketGate } from '../../kafka-tests/socket-gate-setup';
import { KafkaConnection } from '../client/kafka-connection';
import { ObservingServer } from '../consumer/observing-server';
import { RecordsGone } from '../errors';
import { TopicInspector, type InspectedRecord } from './topic-inspector';

const { enrichedEvents, validEvents } = topics;

const events = (count: number, from = 0): EnrichedEvent[] =>
  Array.from({ length: count }, (_, index) => anEnrichedEvent({ event_id: `event-${String(from + index)}` }));

const idOf = ({ record }: InspectedRecord): string =>
  isUndecodable(record) ? `undecodable ${String(record.offset)}` : (record.value as EnrichedEvent).event_id;

describe('looking at topics from the outside', () => {
  let at: Installation;
  let gate: SocketGate;
  let inspector: TopicInspector;
  beforeEach(async () => {
    at = await Installation.create();
    gate = new SocketGate();
    const kafka = new KafkaConnection(at.kafka.config, testLog, { socketFactory: gate.factory });
    inspector = new TopicInspector({ kafka, registry: at.registry, log: testLog });
  });
  afterEach(async () => {
    gate.open();
    await inspector.close();
    await at.close();
  });

  /** One committed and one undone transaction, then one that stays open. */
  async function openTransaction(): Promise<() => Promise<void>> {
    const topic = at.kafka.topicName(enrichedEvents);
    const producer = at.kafka.client.producer({
      transactionalId: `${at.prefix}open`,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const send = async (id: string): ReturnType<typeof producer.transaction> => {
      const transaction = await producer.transaction();
      const value = at.encode(enrichedEvents, anEnrichedEvent({ event_id: id }));
      await transaction.send({ topic, messages: [{ partition: 0, value }] });
      return transaction;
    };
    await (await send('committed')).commit();
    await (await send('undone')).abort();
    const open = await send('open');
    return async () => {
      await open.commit();
      await producer.disconnect();
    };
  }

  it('describes the cluster and its topics, also one that is missing', async () => {
    const cluster = await inspector.cluster();
    expect(cluster.clusterId).toMatch(/.+/);
    expect(cluster.brokers.map(({ id }) => id)).toContain(cluster.controller);

    await at.run((admin) => admin.deleteTopics({ topics: [at.kafka.topicName(validEvents)] }));
    await eventually(
      async () => (await inspector.topics()).some(({ present }) => !present),
      'the topic is gone',
    );
    const states = await inspector.topics();
    expect(states.map(({ topic }) => topic.name)).toEqual(Object.values(topics).map(({ name }) => name));
    expect(states.find(({ topic }) => topic.name === enrichedEvents.name)).toEqual({
      topic: enrichedEvents,
      name: at.kafka.topicName(enrichedEvents),
      present: true,
      partitions: 3,
      replicas: 1,
      leastInSync: 1,
      offlinePartitions: 0,
    });
    expect(states.find(({ topic }) => topic.name === validEvents.name)).toMatchObject({
      present: false,
      partitions: 0,
    });
  });

  it('tells the committed end of a log from its end, and reads what is committed only', async () => {
    const commit = await openTransaction();
    // Record, control record, record, control record, open record.
    expect(await inspector.bounds(enrichedEvents)).toEqual([
      { partition: 0, start: 0n, stableEnd: 4n, end: 5n },
      { partition: 1, start: 0n, stableEnd: 0n, end: 0n },
      { partition: 2, start: 0n, stableEnd: 0n, end: 0n },
    ]);
    const read = async (): Promise<string[]> => {
      const ids: string[] = [];
      for await (const found of inspector.read(enrichedEvents, 'start')) ids.push(idOf(found));
      return ids;
    };
    expect(await read()).toEqual(['committed']);
    await commit();
    expect(await read()).toEqual(['committed', 'open']);
  });

  it('reads from offsets, names what cannot be decoded, and says when records are gone', async () => {
    await at.produce(enrichedEvents, events(10), 0);
    await at.produceRaw(enrichedEvents, [{ partition: 1, value: Buffer.from('rubbish') }]);
    const read = async (from: ReadonlyMap<number, bigint>): Promise<string[]> => {
      const ids: string[] = [];
      for await (const found of inspector.read(enrichedEvents, from))
        ids.push(`${String(found.partition)} ${idOf(found)}`);
      return ids;
    };
    expect(await read(new Map([[0, 8n]]))).toEqual(['0 event-8', '0 event-9', '1 undecodable 0']);
    await at.deleteRecords(enrichedEvents, 0, 9n);
    await expect(read(new Map([[0, 8n]]))).rejects.toThrow(RecordsGone);
    await expect(read(new Map([[0, 8n]]))).rejects.toThrow(/offsets 8 to 8 of .*enriched-events\/0/);
    expect(await read(new Map())).toEqual(['0 event-9', '1 undecodable 0']);
  });

  it('knows how far a service has read, and what it noted with its offset', async () => {
    await at.produce(enrichedEvents, events(7), 1);
    await at.commit('validator', enrichedEvents, 0n, 'a note');
    const lags = await inspector.lag('validator');
    expect(lags).toEqual([
      {
        topic: enrichedEvents,
        partition: 0,
        committed: 0n,
        metadata: 'a note',
        start: 0n,
        stableEnd: 0n,
        lag: 0n,
      },
      {
        topic: enrichedEvents,
        partition: 1,
        committed: null,
        metadata: null,
        start: 0n,
        stableEnd: 7n,
        lag: 7n,
      },
      {
        topic: enrichedEvents,
        partition: 2,
        committed: null,
        metadata: null,
        start: 0n,
        stableEnd: 0n,
        lag: 0n,
      },
    ]);
    await at.start(new ObservingServer(at.options('validator')), enrichedEvents, () => undefined);
    await eventually(
      async () => (await inspector.lag('validator')).every(({ lag }) => lag === 0n),
      'nothing left to read',
    );
  });

  it('follows a topic through an outage: each record once, in order', async () => {
    await at.produce(enrichedEvents, events(20), 0);
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const found of inspector.follow(enrichedEvents, new Map([[0, 5n]]), stop.signal))
        seen.push(idOf(found));
    })();
    await eventually(() => seen.length === 15, 'what is there already');
    gate.shut();
    await at.produce(enrichedEvents, events(20, 20), 0);
    await delay(3_000);
    expect(seen).toHaveLength(15);
    gate.open();
    await eventually(() => seen.length >= 35, 'what came meanwhile', 60_000);
    expect(seen).toEqual(
      events(40)
        .slice(5)
        .map(({ event_id }) => event_id),
    );
    stop.abort();
    await following;
  });
});
