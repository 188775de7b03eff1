import { setTimeout as delay } from 'node:timers/promises';
import { keyOf, type Topic } from '@headwater/contracts';
import type { Output } from '@headwater/stage';
import { Kafka, type Producer } from 'kafkajs';
import type { TopicCodec } from '../avro/topic-codec';
import { ValueBuffer } from '../avro/value-buffer';
import { AdminClient } from '../client/admin';
import { withDeadline } from '../client/deadline';
import { messageOf } from '../client/kafka-error';
import { compressionType } from '../compression';
import { BrokerUnavailable, Misconfigured, Overloaded, RecordTooLarge } from '../errors';
import { portMetrics, type PortMetrics } from '../metrics';
import type { TopicWriterOptions } from '../options';
import { largestRecord, sizeOf } from './cut-sends';
import { partitionOf } from './murmur2';
import { WriteBatch } from './write-batch';

/** kafkajs sorts the records of a request by partition in a time that grows with the square of their number. */
const MAX_BATCH_RECORDS = 1_000;
const MAX_BATCH_BYTES = 1024 * 1024;
/** How long a batch that waits for the broker takes in records: they share its deadline. */
const OPEN_MS = 100;
/** Whoever waits for a write waits seconds, not minutes. */
const IMPATIENT_RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 500 };
const RECONNECT_MS = 250;
const COUNT_PARTITIONS_MS = 5 * 60_000;

interface Queue {
  readonly topic: Topic;
  readonly codec: TopicCodec;
  partitions: number;
  /** Partition of the next batch of records without key. */
  turn: number;
  /** What waits, oldest first; the last one takes in records. */
  readonly waiting: WriteBatch[];
  sending: { readonly batch: WriteBatch; readonly producer: Producer } | null;
  linger: NodeJS.Timeout | null;
}

/**
 * Writes single records, many to a request: kafkajs has no batching of its own. A write is settled in every case: resolved
 * once all in-sync replicas have the record, rejected when too much waits, when the deadline passes (a half-open connection
 * raises no error by itself), or when the broker refuses. After a rejection the record may still arrive: whoever writes it
 * again must be able to tell a repetition.
 */
export class TopicWriter {
  private readonly admin: AdminClient;
  private readonly client: Kafka;
  private readonly metrics: PortMetrics;
  private readonly queues = new Map<string, Queue>();
  private readonly buffers: ValueBuffer[] = [];
  private readonly deadlineMs: number;
  private readonly lingerMs: number;
  private readonly maxPendingBytes: number;
  private producer: Producer | null = null;
  private counting: NodeJS.Timeout | null = null;
  private pending = 0;
  private closing = false;
  private emptied: (() => void) | null = null;

  constructor(private readonly options: TopicWriterOptions) {
    this.deadlineMs = options.deadlineMs ?? 5_000;
    this.lingerMs = options.lingerMs ?? 5;
    this.maxPendingBytes = options.maxPendingBytes ?? 64 * 1024 * 1024;
    this.metrics = portMetrics(options.metrics);
    this.client = new Kafka({
      ...options.kafka.clientConfig,
      connectionTimeout: Math.min(2_000, this.deadlineMs),
      requestTimeout: this.deadlineMs,
      retry: IMPATIENT_RETRY,
    });
    this.admin = new AdminClient(options.kafka, this.client, IMPATIENT_RETRY);
  }

  /**
   * Looks up schemas and partitions and connects. May be called again after it failed; until it succeeded, writes are
   * rejected.
   *
   * @throws {ServiceError} retriable for an outage
   */
  async connect(): Promise<void> {
    const { kafka, registry, topics } = this.options;
    const codecs = await registry.codecs(kafka.prefix, topics);
    const counts = await this.admin.partitionCounts(topics.map((topic) => kafka.topicName(topic)));
    this.producer = await this.openProducer();
    for (const topic of topics) {
      const codec = codecs.get(topic.name);
      const partitions = counts.get(kafka.topicName(topic)) ?? 0;
      if (!codec || this.queues.has(topic.name)) continue;
      const turn = Math.floor(Math.random() * partitions);
      this.queues.set(topic.name, {
        topic,
        codec,
        partitions,
        turn,
        waiting: [],
        sending: null,
        linger: null,
      });
    }
    this.counting ??= setInterval(() => void this.countPartitions(), COUNT_PARTITIONS_MS).unref();
  }

  /**
   * Resolves once all in-sync replicas have the record.
   *
   * @throws {Overloaded} at once, when more than `maxPendingBytes` wait
   * @throws {BrokerUnavailable} when the record is not acknowledged before the deadline
   * @throws {RegistryChanged} while ids are not what they were
   * @throws {RecordTooLarge | NotEncodable} for a value that cannot be a record of the topic
   */
  write(topic: Topic, value: object): Promise<void> {
    const queue = this.queues.get(topic.name);
    if (!queue || this.closing) return Promise.reject(this.notOpen(topic));
    const trouble = this.options.registry.trouble();
    if (trouble) return Promise.reject(trouble);
    if (this.pending >= this.maxPendingBytes) {
      this.metrics.writes.inc({ topic: topic.name, result: 'overloaded' });
      return Promise.reject(overloaded(this.pending));
    }
    try {
      return this.enqueue(queue, value);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Writes several records; rejects when one of them is rejected, after all are settled. */
  async writeAll(outputs: readonly Output[]): Promise<void> {
    const results = await Promise.allSettled(outputs.map(({ topic, value }) => this.write(topic, value)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  /** Bytes that were handed over and are not settled. */
  get pendingBytes(): number {
    return this.pending;
  }

  /** False while there is no connection over which a write could succeed. */
  ready(): boolean {
    return this.producer !== null && !this.closing && this.options.registry.trouble() === null;
  }

  /** Takes nothing more, waits until all is settled, and disconnects. */
  async drain(): Promise<void> {
    this.closing = true;
    if (this.counting) clearInterval(this.counting);
    for (const queue of this.queues.values()) this.send(queue);
    if (this.pending > 0)
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
      });
    for (const queue of this.queues.values()) nextOf(queue);
    const { producer } = this;
    this.producer = null;
    await Promise.all([this.admin.close(), producer?.disconnect()]);
  }

  private enqueue(queue: Queue, value: object): Promise<void> {
    const { topic, codec, partitions, waiting } = queue;
    const limit = largestRecord(topic);
    const text = keyOf(topic, value);
    let batch = this.openBatch(queue);
    for (;;) {
      const encoded = batch.buffer.append(codec, value);
      const key = text === null ? null : batch.buffer.appendText(text);
      const bytes = sizeOf({ key, value: encoded });
      if (bytes > limit) throw tooLarge(topic, bytes, limit);
      if (batch.bytes + bytes > limit) {
        // kafkajs makes one record batch of it, and that would be too large.
        batch = this.newBatch(queue);
        continue;
      }
      const partition = key === null ? batch.partition : partitionOf(key, partitions);
      const acknowledged = batch.add({ partition, key, value: encoded }, bytes);
      this.pending += bytes;
      if (waiting.length > 1 || isFull(batch)) this.send(queue);
      else this.sendSoon(queue);
      return acknowledged;
    }
  }

  private openBatch(queue: Queue): WriteBatch {
    const batch = queue.waiting.at(-1);
    return batch && !isFull(batch) && performance.now() < batch.openUntil ? batch : this.newBatch(queue);
  }

  private newBatch(queue: Queue): WriteBatch {
    queue.turn = (queue.turn + 1) % queue.partitions;
    const deadline = setTimeout(() => {
      this.late(queue, batch);
    }, this.deadlineMs);
    const buffer = this.buffers.pop() ?? new ValueBuffer();
    const batch = new WriteBatch(buffer, queue.turn, performance.now() + OPEN_MS, deadline);
    queue.waiting.push(batch);
    return batch;
  }

  private sendSoon(queue: Queue): void {
    if (queue.sending !== null || queue.linger !== null) return;
    queue.linger = setTimeout(() => {
      this.send(queue);
    }, this.lingerMs);
  }

  /** Sends the oldest batch, unless one is on its way: one request at a time keeps the order and fills the next one. */
  private send(queue: Queue): void {
    if (queue.linger) clearTimeout(queue.linger);
    queue.linger = null;
    const { producer } = this;
    if (queue.sending || !producer) return;
    const batch = nextOf(queue);
    if (!batch) return;
    queue.sending = { batch, producer };
    const topic = this.options.kafka.topicName(queue.topic);
    producer
      .sendBatch({
        acks: -1,
        compression: compressionType(this.options.kafka.config.compression),
        timeout: this.deadlineMs,
        topicMessages: [{ topic, messages: batch.messages }],
      })
      .then(
        () => {
          this.acknowledged(queue, batch);
        },
        (error: unknown) => {
          this.failed(queue, batch, producer, error);
        },
      );
  }

  private acknowledged(queue: Queue, batch: WriteBatch): void {
    const topic = queue.topic.name;
    if (this.settle(queue, batch, null, 'ok')) this.metrics.recordsOut.inc({ topic }, batch.messages.length);
    batch.buffer.clear();
    this.buffers.push(batch.buffer);
    this.next(queue, batch);
  }

  private failed(queue: Queue, batch: WriteBatch, producer: Producer, error: unknown): void {
    this.settle(queue, batch, this.unavailable(`it answered: ${messageOf(error)}`, error), 'failed');
    this.replace(producer, error);
    this.next(queue, batch);
  }

  private late(queue: Queue, batch: WriteBatch): void {
    const error = this.unavailable(`no answer within ${String(this.deadlineMs)} ms`);
    this.settle(queue, batch, error, 'late');
    const at = queue.waiting.indexOf(batch);
    if (at >= 0) queue.waiting.splice(at, 1);
    if (queue.sending?.batch === batch) this.replace(queue.sending.producer, error);
  }

  private settle(queue: Queue, batch: WriteBatch, error: Error | null, result: string): boolean {
    if (!batch.settle(error)) return false;
    this.pending -= batch.bytes;
    this.metrics.writes.inc({ topic: queue.topic.name, result }, batch.messages.length);
    if (this.pending === 0) this.emptied?.();
    return true;
  }

  private next(queue: Queue, batch: WriteBatch): void {
    if (queue.sending?.batch === batch) queue.sending = null;
    this.send(queue);
  }

  /** After an error it is not known what the broker has: sequence numbers and connection are given up together. */
  private replace(producer: Producer, error: unknown): void {
    if (this.producer !== producer) return;
    this.producer = null;
    void producer.disconnect().catch(() => undefined);
    for (const queue of this.queues.values()) if (queue.sending?.producer === producer) queue.sending = null;
    this.options.log.warn(
      { err: error },
      `Writing to Kafka failed (${messageOf(error)}). Writes wait up to ${String(this.deadlineMs)} ms for a new connection. Check that ${this.options.kafka.config.brokers.join(', ')} can be reached.`,
    );
    void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    while (!this.closing || this.pending > 0) {
      try {
        this.producer = await this.openProducer();
        this.options.log.info({}, 'Connected to Kafka again; writing goes on.');
        for (const queue of this.queues.values()) this.send(queue);
        return;
      } catch {
        await delay(RECONNECT_MS);
      }
    }
  }

  private async openProducer(): Promise<Producer> {
    const producer = this.client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 8, initialRetryTime: 50, maxRetryTime: 500 },
      // Every record names its partition.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    try {
      await withDeadline(producer.connect(), 2 * this.deadlineMs, () => new Error('no answer'));
      return producer;
    } catch (error) {
      void producer.disconnect().catch(() => undefined);
      throw this.unavailable(messageOf(error), error);
    }
  }

  private async countPartitions(): Promise<void> {
    try {
      const { kafka } = this.options;
      const names = [...this.queues.values()].map(({ topic }) => kafka.topicName(topic));
      const counts = await this.admin.partitionCounts(names);
      for (const queue of this.queues.values())
        queue.partitions = counts.get(kafka.topicName(queue.topic)) ?? queue.partitions;
    } catch (error) {
      this.options.log.debug({ err: error }, 'The partitions could not be counted; the last count stays.');
    }
  }

  private notOpen(topic: Topic): Error {
    if (this.closing) return this.unavailable('this process is stopping');
    if (!this.options.topics.some(({ name }) => name === topic.name))
      return new Misconfigured(
        `The writer was not made for ${topic.name}. Name the topic where the writer is made.`,
      );
    return this.unavailable('the writer is not connected yet');
  }

  private unavailable(reason: string, cause?: unknown): BrokerUnavailable {
    return new BrokerUnavailable(
      `Kafka at ${this.options.kafka.config.brokers.join(', ')} did not acknowledge a write (${reason}). It may or may not be stored; send it again.`,
      { cause },
    );
  }
}

/** The oldest batch that holds records: one may be empty, when its first value was refused. */
function nextOf({ waiting }: Queue): WriteBatch | null {
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    if (batch.messages.length > 0) return batch;
    batch.settle(null);
  }
  return null;
}

const isFull = ({ messages, bytes }: WriteBatch): boolean =>
  messages.length >= MAX_BATCH_RECORDS || bytes >= MAX_BATCH_BYTES;

const overloaded = (bytes: number): Overloaded =>
  new Overloaded(
    `${String(bytes)} bytes wait for Kafka already. Nothing more is taken until the brokers catch up; send it again in a few seconds.`,
  );

const tooLarge = ({ name }: Topic, bytes: number, limit: number): RecordTooLarge =>
  new RecordTooLarge(
    `A record of ${String(bytes)} bytes does not fit into ${name}, which takes ${String(limit)}. Send less in one request.`,
  );
