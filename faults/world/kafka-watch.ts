import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { groupOf, topics, type ServiceName } from '@headwater/contracts';
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners, type Admin } from 'kafkajs';
import { until } from './until';

const POLL_MS = 200;
const ASK_MS = 10_000;
const SAMPLE_MS = 60_000;

// kafkajs knows gzip only; the stages write zstd.
const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)];
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});

/** What the stages of the flow read, in its order. */
const flow: readonly (readonly [ServiceName, readonly string[]])[] = [
  ['enricher', [topics.collectorPayloads.name]],
  ['validator', [topics.enrichedEvents.name]],
  ['loader', [topics.validEvents.name, topics.failedEvents.name]],
];

/** A record to be written as it is. */
export interface RawRecord {
  readonly key: string;
  readonly value: Buffer | null;
  readonly compression: CompressionTypes;
}

/** Names of the topics that a service reads. */
export const inputsOf = (name: ServiceName): readonly string[] =>
  Object.values(topics)
    .filter(({ readers }) => (readers as readonly string[]).includes(name))
    .map((topic) => topic.name);

export const sumOf = (offsets: ReadonlyMap<number, bigint>): number =>
  Number([...offsets.values()].reduce((sum, offset) => sum + offset, 0n));

/** Looks into Kafka from outside, past the proxies that faults of the network are made with. */
export class KafkaWatch {
  /** Connected once and asked every 200 ms, also while brokers are down: it gives up soon, and is asked again. */
  private readonly admin: Admin;

  constructor(private readonly brokers: readonly string[]) {
    this.admin = this.client('faults-watch', {
      retries: 2,
      initialRetryTime: 100,
      maxRetryTime: 500,
    }).admin();
  }

  /** A client that no fault of the network meets, patient enough for one of the brokers. */
  client(clientId: string, retry = { retries: 30, initialRetryTime: 100, maxRetryTime: 1_000 }): Kafka {
    const { NOTHING } = logLevel;
    return new Kafka({
      clientId,
      brokers: [...this.brokers],
      logLevel: NOTHING,
      requestTimeout: ASK_MS,
      retry,
    });
  }

  /** Does something as an administrator of the cluster. */
  async asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.client('faults-admin').admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /**
   * Waits until all that was accepted before the call has gone through every stage. Answers how long that took, milliseconds;
   * null when it did not within `withinMs`.
   */
  async through(withinMs: number): Promise<number | null> {
    const started = performance.now();
    const left = (): number => started + withinMs - performance.now();
    for (const [name, reads] of flow)
      for (const topic of reads) {
        const ends = await this.patiently(left, (admin) => endsOf(admin, topic));
        if (ends === null) return null;
        for (;;) {
          const committed = await this.patiently(left, (admin) => committedOf(admin, name, topic));
          if (committed === null) return null;
          if (haveReached(committed, ends)) break;
          if (left() <= 0) return null;
          await sleep(POLL_MS);
        }
      }
    return performance.now() - started;
  }

  /** End of each partition of a topic, by partition. */
  ends(topic: string): Promise<ReadonlyMap<number, bigint>> {
    return this.asAdmin((admin) => endsOf(admin, topic));
  }

  /** What a service has committed of a topic, by partition; partitions without are left out. */
  committed(name: ServiceName, topic: string): Promise<ReadonlyMap<number, bigint>> {
    return this.asAdmin((admin) => committedOf(admin, name, topic));
  }

  /** Waits until a service has read all that a topic holds now. False when it has not within `withinMs`. */
  async catchesUp(name: ServiceName, topic: string, withinMs: number): Promise<boolean> {
    const ends = await this.ends(topic);
    return until(async () => haveReached(await this.committed(name, topic), ends), withinMs);
  }

  /** Waits until every partition has all of its replicas in sync. False when that takes longer than `withinMs`. */
  allInSync(withinMs = 60_000): Promise<boolean> {
    const areInSync = (): Promise<boolean> =>
      this.asAdmin(async (admin) => {
        const found = await admin.fetchTopicMetadata({ topics: await admin.listTopics() });
        return found.topics
          .flatMap(({ partitions }) => partitions)
          .every(({ isr, replicas }) => isr.length === replicas.length);
      });
    return until(() => areInSync().catch(() => false), withinMs);
  }

  /** The value of a record that is in a topic, as it is there. @throws when none is found in a minute */
  async sample(topic: string): Promise<Buffer> {
    const consumer = this.client('faults-sampler').consumer({ groupId: `faults-sampler-${randomUUID()}` });
    const found: Buffer[] = [];
    await consumer.connect();
    try {
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachMessage({ message }) {
          if (message.value !== null) found.push(message.value);
          return Promise.resolve();
        },
      });
      await until(() => found.length > 0, SAMPLE_MS);
    } finally {
      await consumer.disconnect();
    }
    const [first] = found;
    if (!first) throw new Error(`No record was found in ${topic}.`);
    return first;
  }

  /** Writes records as they are, past every codec, each in a batch of its own. */
  async write(topic: string, records: readonly RawRecord[]): Promise<void> {
    const producer = this.client('faults-writer').producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    try {
      for (const { compression, ...message } of records)
        await producer.send({ topic, acks: -1, compression, messages: [message] });
    } finally {
      await producer.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.admin.disconnect().catch(() => undefined);
  }

  private async patiently<T>(left: () => number, ask: (admin: Admin) => Promise<T>): Promise<T | null> {
    while (left() > 0) {
      try {
        await this.admin.connect();
        return await ask(this.admin);
      } catch {
        await sleep(POLL_MS);
      }
    }
    return null;
  }
}

async function endsOf(admin: Admin, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const found = await admin.fetchTopicOffsets(topic);
  return new Map(found.map(({ partition, high }) => [partition, BigInt(high)]));
}

async function committedOf(
  admin: Admin,
  name: ServiceName,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const [found] = await admin.fetchOffsets({ groupId: groupOf(name), topics: [topic] });
  return new Map(
    (found?.partitions ?? [])
      .map(({ partition, offset }): [number, bigint] => [partition, BigInt(offset)])
      .filter(([, offset]) => offset >= 0n),
  );
}

/** Whether committed offsets have reached ends; of an empty partition nothing is committed. */
const haveReached = (committed: ReadonlyMap<number, bigint>, ends: ReadonlyMap<number, bigint>): boolean =>
  [...ends].every(([partition, end]) => end === 0n || (committed.get(partition) ?? -1n) >= end);
