import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { schemas, topics, type CollectorPayload, type EnrichedEvent } from '@headwater/contracts';
import type { Batch } from '@headwater/stage';
import { anEnrichedEvent } from '@headwater/testing';
// eslint-disable-next-line @nx/enforce-module-boundaries -- only a cluster of several brokers can lose one
import { startKafkaCluster, type RunningCluster } from '../../../../tools/stack';
import { endpoints, eventually, Installation, testLog } from '../../kafka-tests/installation-setup';
import { TopicWriter } from '../producer/topic-writer';
import { RangedServer } from './ranged-server';

const { collectorPayloads, enrichedEvents } = topics;
const PARTITIONS = 6;
/** The cluster takes a silent broker for dead after 6 s and then moves what it led. */
const FENCED_MS = 6_000;

const fields = (schemas.CollectorPayload as { readonly fields: readonly { readonly name: string }[] }).fields;
const empty = Object.fromEntries(fields.map(({ name }) => [name, null])) as unknown as CollectorPayload;

describe('a cluster that loses a broker', () => {
  let folder: string;
  let cluster: RunningCluster;
  let at: Installation;
  /** By level. */
  const told: { readonly level: string; readonly message: string }[] = [];
  const tell =
    (level: string) =>
    (context: object, message: string): void => {
      told.push({ level, message });
      testLog.warn(context, message);
    };
  const log = { debug: () => undefined, info: tell('info'), warn: tell('warn'), error: tell('error') };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'headwater-lost-broker-'));
    cluster = await startKafkaCluster({ dataDir: folder, heapMb: 256 });
    at = await Installation.create({
      partitions: PARTITIONS,
      where: { ...endpoints(), brokers: cluster.brokers.join(',') },
      replicas: 3,
    });
  }, 300_000);
  beforeEach(() => {
    told.length = 0;
  });
  afterAll(async () => {
    await at.close();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function kill(id: number): Promise<void> {
    await cluster.node(id).kill();
  }
  /** Starts a broker and waits until it has caught up. */
  async function revive(id: number): Promise<void> {
    await cluster.node(id).start();
    await eventually(
      async () => {
        const { topics: found } = await at.run((admin) =>
          admin.fetchTopicMetadata({ topics: [at.kafka.topicName(enrichedEvents)] }),
        );
        return found.every(({ partitions }) => partitions.every(({ isr }) => isr.length === 3));
      },
      'all replicas are in sync',
      60_000,
    );
  }

  it('goes on reading and storing when the coordinator of its group dies', async () => {
    const seen = new Set<string>();
    await at.start(new RangedServer(at.options('lost', { log })), enrichedEvents, (batch: Batch<object>) => {
      for (const record of batch.records)
        if ('value' in record) seen.add((record.value as EnrichedEvent).event_id);
    });
    const groupId = at.kafka.groupId('lost');
    let count = 0;
    const write = async (): Promise<void> => {
      const ids = Array.from({ length: 60 }, () => `lost-${String(count++)}`);
      await at.produce(
        enrichedEvents,
        ids.map((event_id) => anEnrichedEvent({ event_id })),
      );
    };
    await write();
    await eventually(() => seen.size === count, 'it reads', 60_000);
    const group = await at.run((admin) => admin.describeGroups([groupId]));
    expect(group.groups[0]?.state).toBe('Stable');
    const coordinator = await coordinatorOf(groupId);
    const joins = told.filter(({ message }) => message.startsWith('Joined')).length;
    await kill(coordinator);
    // What the client of the test writes meanwhile may wait for the new leaders.
    await delay(FENCED_MS + 2_000);
    await write();
    await eventually(() => seen.size === count, 'everything is read again', 60_000);
    await eventually(async () => (await at.lag('lost', enrichedEvents)) === 0n, 'and committed', 60_000);
    await revive(coordinator);
    expect(told.filter(({ message }) => message.startsWith('Joined')).length).toBe(joins);
    expect(at.fatal).toEqual([]);
  }, 240_000);

  it('goes on writing to the partitions that have a leader', async () => {
    const writer = new TopicWriter({
      kafka: at.kafka,
      registry: at.registry,
      topics: [collectorPayloads],
      log,
    });
    await writer.connect();
    const results: ('ok' | 'failed')[] = [];
    const tookMs: number[] = [];
    let id = 0;
    const load = setInterval(() => {
      const index = id++;
      const from = performance.now();
      writer
        .write(collectorPayloads, {
          ...empty,
          payload_id: `lost-${String(index)}`,
          collector_tstamp: 1_782_000_000_000,
        })
        .then(
          () => (results[index] = 'ok'),
          () => (results[index] = 'failed'),
        )
        .finally(() => (tookMs[index] = performance.now() - from));
    }, 20);
    try {
      await delay(1_000);
      await kill(2);
      await delay(FENCED_MS + 10_000);
      const from = id;
      await delay(5_000);
      const late = results.slice(from, id - 20);
      expect(late.length).toBeGreaterThan(100);
      expect(late.filter((result) => result !== 'ok')).toEqual([]);
    } finally {
      clearInterval(load);
      await revive(2);
    }
    await writer.drain();
    expect(told.filter(({ message }) => message.startsWith('Writing to Kafka fails')).length).toBeLessThan(8);
    const stored = new Set(
      (await at.readValues<CollectorPayload>(collectorPayloads)).map(({ payload_id }) => payload_id),
    );
    expect(
      results.flatMap((result, index) =>
        result === 'ok' && !stored.has(`lost-${String(index)}`) ? [index] : [],
      ),
    ).toEqual([]);
  }, 240_000);

  /** Id of the broker that a group belongs to. */
  async function coordinatorOf(groupId: string): Promise<number> {
    // kafkajs does not say; the brokers take the hash of the id modulo the partitions of the offsets.
    let hash = 0;
    for (const char of groupId) hash = (Math.imul(31, hash) + char.charCodeAt(0)) | 0;
    const { topics: found } = await at.run((admin) =>
      admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] }),
    );
    const partitions = found[0]?.partitions ?? [];
    const place = (hash & 0x7fffffff) % partitions.length;
    return partitions.find(({ partitionId }) => partitionId === place)?.leader ?? -1;
  }
});
