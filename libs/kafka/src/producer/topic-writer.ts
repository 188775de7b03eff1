import { setTimeout as delay } from 'node:timers/promises';
import { keyOf, type Topic } from '@headwater/contracts';
import { ServiceError, type Output } from '@headwater/stage';
import { Kafka, type Producer } from 'kafkajs';
import type { TopicCodec } from '../avro/topic-codec';
import { ValueBuffer } from '../avro/value-buffer';
import { AdminClient, refusalOf } from '../client/admin';
import { IMPATIENT_RETRY } from '../client/kafka-connection';
import { withDeadline } from '../client/deadline';
import { messageOf, protocolTypes, troubleOf } from '../client/kafka-error';
import { compressionType } from '../compression';
import { AccessRefused, BrokerUnavailable, Misconfigured, Overloaded, RecordTooLarge } from '../errors';
import { portMetrics, type PortMetrics } from '../metrics';
import type { TopicWriterOptions } from '../options';
import { largestRecord, sizeOf } from './cut-sends';
import { partitionOf } from './murmur2';
import { isWhole } from './whole-answer';
import { WriteBatch } from './write-batch';

/** kafkajs sorts the records of a request by partition in a time that grows with the square of their number. */
const MAX_BATCH_RECORDS = 1_000;
const MAX_BATCH_BYTES = 1024 * 1024;
/** How long a batch that waits for the broker takes in records: they share its deadline. */
const OPEN_MS = 100;
/** Time before the first and the longest time before a later new connection: doubling until a write succeeds. */
const RECONNECT_MS = 250;
const LONGEST_RECONNECT_MS = 2_000;
/** So long a partition gets no records that may go elsewhere, after a write to it failed: its leader may be dead. */
const AVOID_MS = 10_000;
const REFUSED_MS = 5_000;
const COUNT_PARTITIONS_MS = 5 * 60_000;

interface Queue {
  readonly topic: Topic;
  readonly codec: TopicCodec;
  partitions: number;
  /** Partition that the last request gave its records without key. */
  turn: number;
  /** When each partition to which a write failed may get records without key again, as of `performance.now`. */
  readonly avoided: Map<number, number>;
  /** What waits, oldest first; the last one takes in records. */
  readonly waiting: WriteBatch[];
  sending: Sending | null;
  linger: NodeJS.Timeout | null;
  /** Until when the brokers' refusal of this topic is believed, as of `performance.now`; then the next write asks again. */
  refusedUntil: number;
}

/** One request on its way. */
interface Sending {
  readonly batches: readonly WriteBatch[];
  /** Of the records without key. */
  readonly partition: number;
  readonly producer: Producer;
  /** Gives the producer up when it does not answer. */
  readonly patience: NodeJS.Timeout;
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
  /** Producers given up since the last write that succeeded. */
  private failures = 0;
  /** Why writes fail; null once one succeeded. */
  private trouble: ServiceError | null = null;
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
    this.admin = new AdminClient(options.kafka, 'impatient', this.client);
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
        avoided: new Map(),
        waiting: [],
        sending: null,
        linger: null,
        refusedUntil: 0,
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
    return (
      this.producer !== null &&
      !this.closing &&
      this.options.registry.trouble() === null &&
      this.refused() === null
    );
  }

  /** For `kit.health.readiness`: null, or why nothing can be written now. */
  notReady(): string | null {
    if (this.ready()) return null;
    return (
      this.options.registry.trouble()?.message ??
      this.trouble?.message ??
      this.refused() ??
      `There is no connection to Kafka at ${this.options.kafka.config.brokers.join(', ')} yet. Check that the brokers run and that KAFKA__BROKERS is right.`
    );
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
    for (const queue of this.queues.values()) nextOf(queue, 0);
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
      // Records without key get theirs when they are sent.
      const message =
        key === null
          ? { key, value: encoded }
          : { partition: partitionOf(key, partitions), key, value: encoded };
      const acknowledged = batch.add(message, bytes);
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
    const deadline = setTimeout(() => {
      this.late(queue, batch);
    }, this.deadlineMs);
    const buffer = this.buffers.pop() ?? new ValueBuffer();
    const batch = new WriteBatch(buffer, performance.now() + OPEN_MS, deadline);
    queue.waiting.push(batch);
    return batch;
  }

  private sendSoon(queue: Queue): void {
    if (queue.sending !== null || queue.linger !== null) return;
    queue.linger = setTimeout(() => {
      this.send(queue);
    }, this.lingerMs);
  }

  /**
   * Sends the oldest batches, unless some are on their way: one request at a time keeps the order and fills the next one.
   * What piled up during an outage goes in few requests, or the last of it would be late because of the first.
   */
  private send(queue: Queue): void {
    if (queue.linger) clearTimeout(queue.linger);
    queue.linger = null;
    const { producer } = this;
    if (queue.sending || !producer) return;
    const batches = nextOf(queue, largestRecord(queue.topic));
    if (batches.length === 0) return;
    const partition = nextPartition(queue, performance.now());
    // Not the deadline of the batches: one that had waited long would blame a producer that has only just got it.
    const patience = setTimeout(() => {
      if (queue.sending === sending) this.replace(producer, this.tooSlow());
    }, this.deadlineMs);
    const sending: Sending = { batches, partition, producer, patience };
    queue.sending = sending;
    const messages = batches.flatMap((batch) => batch.messages);
    for (const message of messages) message.partition ??= partition;
    const topicMessages = [{ topic: this.options.kafka.topicName(queue.topic), messages }];
    producer
      .sendBatch({
        acks: -1,
        compression: compressionType(this.options.kafka.config.compression),
        timeout: this.deadlineMs,
        topicMessages,
      })
      .then(
        (answer) => {
          if (isWhole(topicMessages, answer)) this.acknowledged(queue, sending);
          else this.failed(queue, sending, new Error('not for every partition'));
        },
        (error: unknown) => {
          this.failed(queue, sending, error);
        },
      );
  }

  private acknowledged(queue: Queue, sending: Sending): void {
    const topic = queue.topic.name;
    for (const batch of sending.batches) {
      if (this.settle(queue, batch, null, 'ok'))
        this.metrics.recordsOut.inc({ topic }, batch.messages.length);
      batch.buffer.clear();
      this.buffers.push(batch.buffer);
    }
    queue.avoided.delete(sending.partition);
    queue.refusedUntil = 0;
    this.recovered();
    this.next(queue, sending);
  }

  private failed(queue: Queue, sending: Sending, error: unknown): void {
    const refusal = this.refusal(`it answered: ${messageOf(error)}`, error);
    for (const batch of sending.batches) this.settle(queue, batch, refusal, 'failed');
    if (protocolTypes(error).includes('TOPIC_AUTHORIZATION_FAILED')) {
      // The brokers looked at nothing else: the connection is good, and other topics may be allowed.
      if (queue.refusedUntil === 0) this.tell(refusal);
      queue.refusedUntil = performance.now() + REFUSED_MS;
    } else {
      if (queue.sending === sending) avoid(queue, sending.partition);
      this.replace(sending.producer, refusal);
    }
    this.next(queue, sending);
  }

  /** A batch has waited for too long. Whether that is the producer's fault is not said: it may have only just got it. */
  private late(queue: Queue, batch: WriteBatch): void {
    this.settle(queue, batch, this.tooSlow(), 'late');
    const at = queue.waiting.indexOf(batch);
    if (at >= 0) queue.waiting.splice(at, 1);
  }

  private tooSlow(): BrokerUnavailable {
    return this.unavailable(`no answer within ${String(this.deadlineMs)} ms`);
  }

  private settle(queue: Queue, batch: WriteBatch, error: Error | null, result: string): boolean {
    if (!batch.settle(error)) return false;
    this.pending -= batch.bytes;
    this.metrics.writes.inc({ topic: queue.topic.name, result }, batch.messages.length);
    if (this.pending === 0) this.emptied?.();
    return true;
  }

  private next(queue: Queue, sending: Sending): void {
    clearTimeout(sending.patience);
    if (queue.sending === sending) queue.sending = null;
    this.send(queue);
  }

  /** After an error it is not known what the broker has: sequence numbers and connection are given up together. */
  private replace(producer: Producer, error: ServiceError): void {
    if (this.producer !== producer) return;
    this.producer = null;
    void producer.disconnect().catch(() => undefined);
    for (const queue of this.queues.values()) {
      if (queue.sending?.producer !== producer) continue;
      clearTimeout(queue.sending.patience);
      avoid(queue, queue.sending.partition);
      queue.sending = null;
    }
    this.note(error);
    void this.reconnect();
  }

  private async reconnect(): Promise<void> {
    // The first new connection is made at once: most often it was the old one that was broken.
    if (this.failures > 0) await delay(this.wait());
    for (this.failures += 1; !this.closing || this.pending > 0; this.failures += 1) {
      try {
        const producer = await this.openProducer();
        if (this.closing && this.pending === 0) {
          // Drained meanwhile: nobody else would end it.
          await producer.disconnect();
          return;
        }
        this.producer = producer;
        for (const queue of this.queues.values()) this.send(queue);
        return;
      } catch (error) {
        this.note(error instanceof ServiceError ? error : this.refusal(messageOf(error), error));
        await delay(this.wait());
      }
    }
  }

  private wait(): number {
    return Math.min(RECONNECT_MS * 2 ** Math.min(this.failures, 10), LONGEST_RECONNECT_MS);
  }

  /** Tells a failure when it is new, and not again until a write succeeded. */
  private note(error: ServiceError): void {
    const known = this.trouble?.code === error.code;
    this.trouble = error;
    if (!known) this.tell(error);
  }

  private tell(error: ServiceError): void {
    // Rights come back only if a person gives them.
    this.options.log[error instanceof AccessRefused ? 'error' : 'warn'](
      { err: error, code: error.code },
      `Writing to Kafka fails: ${error.message} Writes wait up to ${String(this.deadlineMs)} ms for a new connection.`,
    );
  }

  private recovered(): void {
    this.failures = 0;
    if (this.trouble === null) return;
    this.trouble = null;
    this.options.log.info({}, 'Writing to Kafka goes on.');
  }

  private async openProducer(): Promise<Producer> {
    const producer = this.client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 6, initialRetryTime: 50, maxRetryTime: 500 },
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
      throw this.refusal(messageOf(error), error);
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

  private refused(): string | null {
    const now = performance.now();
    for (const { topic, refusedUntil } of this.queues.values())
      if (refusedUntil > now)
        return `The brokers refuse writes to ${this.options.kafka.topicName(topic)}. Give the user the rights that it needs (the job "acls" lists them).`;
    return null;
  }

  private refusal(reason: string, error: unknown): ServiceError {
    return troubleOf(error) === 'access'
      ? refusalOf(this.options.kafka, 'a write', error)
      : this.unavailable(reason, error);
  }

  private unavailable(reason: string, cause?: unknown): BrokerUnavailable {
    return new BrokerUnavailable(
      `Kafka at ${this.options.kafka.config.brokers.join(', ')} did not acknowledge a write (${reason}). It may or may not be stored; send it again.`,
      { cause },
    );
  }
}

/** The oldest batches that hold records, together no larger than one request may be; at least one. */
function nextOf({ waiting }: Queue, limit: number): WriteBatch[] {
  const batches: WriteBatch[] = [];
  let records = 0;
  let bytes = 0;
  for (let batch = waiting[0]; batch; batch = waiting[0]) {
    records += batch.messages.length;
    bytes += batch.bytes;
    if (batches.length > 0 && (records > MAX_BATCH_RECORDS || bytes > Math.min(limit, MAX_BATCH_BYTES)))
      break;
    waiting.shift();
    // One may be empty, when its first value was refused.
    if (batch.messages.length > 0) batches.push(batch);
    else batch.settle(null);
  }
  return batches;
}

/** The next partition for records without key: in turn, but for those to which writes fail. */
function nextPartition(queue: Queue, now: number): number {
  const { partitions, avoided, turn } = queue;
  const inTurn = Array.from({ length: partitions }, (_, step) => (turn + 1 + step) % partitions);
  queue.turn = inTurn.find((partition) => (avoided.get(partition) ?? 0) <= now) ?? inTurn[0] ?? 0;
  return queue.turn;
}

const avoid = ({ avoided }: Queue, partition: number): void => {
  avoided.set(partition, performance.now() + AVOID_MS);
};

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
