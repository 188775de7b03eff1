import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigResourceTypes, type Admin, type Kafka, type KafkaMessage } from 'kafkajs';
import { plainKafka } from '../contenders/programs/plain-kafka';

const PARTITIONS = 4;
/** Source of a setting that was made for the topic itself (Kafka protocol, DescribeConfigs). */
const TOPIC_CONFIG = 1;
/** How long a topic must be quiet before a scan that did not find all it expected gives up, milliseconds. */
const QUIET_MS = 3_000;
/** How long a scan that found all still looks for copies, milliseconds. */
const COPIES_MS = 500;

/** Next offset of each partition. */
export type Ends = ReadonlyMap<number, bigint>;

/** What the bench itself asks of Kafka. */
export class Broker {
  private constructor(
    readonly kafka: Kafka,
    private readonly admin: Admin,
  ) {}

  static async connect(brokers: string): Promise<Broker> {
    const kafka = plainKafka(brokers);
    const admin = kafka.admin();
    await admin.connect();
    return new Broker(kafka, admin);
  }

  /** Makes a topic; harmless when it is there. Small segments, so that what is trimmed leaves the disk. */
  async createTopic(topic: string): Promise<void> {
    await this.admin.createTopics({
      waitForLeaders: false,
      topics: [
        {
          topic,
          numPartitions: PARTITIONS,
          configEntries: [...smallSegments, { name: 'max.message.bytes', value: String(8 * 1024 * 1024) }],
        },
      ],
    });
    await this.served(topic);
  }

  /** Waits until the broker serves a topic: right after it was made it may not. */
  private async served(topic: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.admin.fetchTopicOffsets(topic);
        return;
      } catch (error) {
        if (attempt === 100) throw error;
        await sleep(200);
      }
    }
  }

  /** Gives a topic that is there small segments too, and keeps its other settings. */
  async shortenSegments(topic: string): Promise<void> {
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic };
    const described = await this.admin.describeConfigs({ resources: [resource], includeSynonyms: false });
    const own = (described.resources[0]?.configEntries ?? [])
      .filter(
        ({ configName, configSource }) =>
          (configSource as number) === TOPIC_CONFIG && !smallNames.has(configName),
      )
      .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
    await this.admin.alterConfigs({
      validateOnly: false,
      resources: [{ ...resource, configEntries: [...own, ...smallSegments] }],
    });
  }

  async ends(topic: string): Promise<Ends> {
    const offsets = await this.admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  }

  /** Records below the ends; exact for a topic that is written without transactions, else their markers count too. */
  async written(topic: string): Promise<number> {
    return Number([...(await this.ends(topic)).values()].reduce((sum, end) => sum + end, 0n));
  }

  /** Forgets all that a topic holds now. */
  async trim(topic: string): Promise<void> {
    const offsets = await this.admin.fetchTopicOffsets(topic);
    const partitions = offsets
      .filter(({ low, high }) => low !== high)
      .map(({ partition, high }) => ({ partition, offset: high }));
    if (partitions.length > 0) await this.admin.deleteTopicRecords({ topic, partitions });
  }

  /** Where a group goes on, by partition; 0 where it has not committed. */
  async committed(groupId: string, topic: string): Promise<Ends> {
    const [found] = await this.admin.fetchOffsets({ groupId, topics: [topic] });
    return new Map(
      (found?.partitions ?? []).map(({ partition, offset }) => [
        partition,
        offset === '-1' ? 0n : BigInt(offset),
      ]),
    );
  }

  /** Forgets how far a group has come. Waits until its last member, which has ended, is forgotten too. */
  async forgetGroup(groupId: string): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const { groups } = await this.admin.listGroups();
        if (!groups.some((group) => group.groupId === groupId)) return;
        await this.admin.deleteGroups([groupId]);
        return;
      } catch (error) {
        if (attempt === 60) throw error;
        await sleep(1_000);
      }
    }
  }

  /**
   * Reads the committed records of a topic from some offsets on, until all expected ones came and no more follow.
   *
   * @returns the next offset behind the last record of each partition that had any
   */
  async scan(
    topic: string,
    from: Ends,
    expected: number,
    take: (message: KafkaMessage) => void,
  ): Promise<Ends> {
    const groupId = `bench-scan-${randomUUID()}`;
    const consumer = this.kafka.consumer({
      groupId,
      readUncommitted: false,
      maxBytesPerPartition: 4 * 1024 * 1024,
    });
    const behind = new Map<number, bigint>();
    let found = 0;
    let last = performance.now();
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          for (const message of batch.messages) {
            if (BigInt(message.offset) < (from.get(batch.partition) ?? 0n)) continue;
            take(message);
            behind.set(batch.partition, BigInt(message.offset) + 1n);
            found += 1;
            last = performance.now();
          }
          return Promise.resolve();
        },
      });
      for (const [partition, offset] of from) consumer.seek({ topic, partition, offset: String(offset) });
      const quiet = (): number => performance.now() - last;
      while (found < expected ? quiet() < QUIET_MS : quiet() < COPIES_MS) await sleep(50);
    } finally {
      await consumer.disconnect();
    }
    await this.forgetGroup(groupId);
    return behind;
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}

/** Records between two positions. */
export function between(from: Ends, to: Ends): number {
  return Number([...to].reduce((sum, [partition, end]) => sum + end - (from.get(partition) ?? 0n), 0n));
}

const smallSegments = [
  { name: 'segment.bytes', value: String(64 * 1024 * 1024) },
  { name: 'file.delete.delay.ms', value: '1000' },
];
const smallNames = new Set(smallSegments.map(({ name }) => name));
