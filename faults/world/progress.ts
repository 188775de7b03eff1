import { setTimeout as sleep } from 'node:timers/promises';
import { topics, type ServiceName } from '@headwater/contracts';
import { Kafka, logLevel, Partitioners, type Admin, type Message } from 'kafkajs';

const POLL_MS = 200;
const ASK_MS = 10_000;

/** A consumer group, and what it reads. In the order of the flow. */
const groups: readonly { readonly service: ServiceName; readonly reads: readonly string[] }[] = [
  { service: 'enricher', reads: [topics.collectorPayloads.name] },
  { service: 'validator', reads: [topics.enrichedEvents.name] },
  { service: 'loader', reads: [topics.validEvents.name, topics.failedEvents.name] },
];

/** Looks into Kafka from outside: how far the stages are, by what they have committed. */
export class Progress {
  private readonly admin: Admin;
  private readonly kafka: Kafka;

  constructor(brokers: readonly string[]) {
    this.kafka = new Kafka({
      clientId: 'faults-progress',
      brokers: [...brokers],
      logLevel: logLevel.NOTHING,
      requestTimeout: ASK_MS,
      retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 },
    });
    this.admin = this.kafka.admin();
  }

  /**
   * Waits until all that was accepted before the call has gone through every stage. Answers how long that took, milliseconds;
   * null when it did not within `withinMs`. A broker that does not answer is asked again.
   */
  async through(withinMs: number): Promise<number | null> {
    const started = performance.now();
    const left = (): number => started + withinMs - performance.now();
    for (const { service, reads } of groups)
      for (const topic of reads) {
        const ends = await this.patiently(left, () => this.ends(topic));
        if (ends === null) return null;
        for (;;) {
          const committed = await this.patiently(left, () => this.committed(service, topic));
          if (committed === null) return null;
          if ([...ends].every(([partition, end]) => end === 0n || (committed.get(partition) ?? -1n) >= end))
            break;
          if (left() <= 0) return null;
          await sleep(POLL_MS);
        }
      }
    return performance.now() - started;
  }

  async ends(topic: string): Promise<ReadonlyMap<number, bigint>> {
    const found = await this.admin.fetchTopicOffsets(topic);
    return new Map(found.map(({ partition, high }) => [partition, BigInt(high)]));
  }

  /** Writes records as they are, past every codec. */
  async write(topic: string, messages: readonly Message[]): Promise<void> {
    const producer = this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      await producer.send({ topic, acks: -1, messages: [...messages] });
    } finally {
      await producer.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.admin.disconnect().catch(() => undefined);
  }

  private async committed(service: ServiceName, topic: string): Promise<ReadonlyMap<number, bigint>> {
    const [found] = await this.admin.fetchOffsets({ groupId: `headwater-${service}`, topics: [topic] });
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]) ?? []);
  }

  private async patiently<T>(left: () => number, ask: () => Promise<T>): Promise<T | null> {
    while (left() > 0) {
      try {
        await this.admin.connect();
        return await ask();
      } catch {
        await sleep(POLL_MS);
      }
    }
    return null;
  }
}
