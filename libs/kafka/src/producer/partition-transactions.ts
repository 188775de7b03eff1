import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '@headwater/contracts';
import { type CompressionTypes, type Message, type Producer, type Transaction } from 'kafkajs';
import { withDeadline } from '../client/deadline';
import type { KafkaConnection } from '../client/kafka-connection';
import { protocolTypes, troubleOf } from '../client/kafka-error';
import { compressionType } from '../compression';
import { cutSends, type Encoded } from './cut-sends';
import { refusalOfTransaction } from './transaction-refusal';
import { isWhole } from './whole-answer';

/** How a transaction ended. Only after `ok` may the producer be used again. */
export type Result =
  | { readonly outcome: 'ok' }
  | {
      /** `unknown`: the commit was asked for, and the answer did not come. */
      readonly outcome: 'fenced' | 'retry' | 'unknown' | 'tooLarge' | 'fatal';
      readonly error: unknown;
    };

/** The broker aborts a transaction that is open for longer: so long a dead process blocks `read_committed` readers. */
const TRANSACTION_TIMEOUT_MS = 15_000;
const FENCE_DEADLINE_MS = 45_000;
const COMMIT_DEADLINE_MS = TRANSACTION_TIMEOUT_MS + 5_000;
/** The coordinator is still writing the markers of the transaction before, or has just started. */
const SOON = ['CONCURRENT_TRANSACTIONS', 'GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE'];
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 50;

/** An input partition of a group. */
export interface GroupPartition {
  readonly groupId: string;
  /** Name on the broker. */
  readonly topic: string;
  readonly partition: number;
}

/** The input that a transaction finishes. */
export interface Finished extends GroupPartition {
  /** Offset to commit. */
  readonly next: bigint;
}

/** The transactional id of an input partition, as the rights of the services name it (`aclsOf`). */
export const transactionalIdOf = (
  groupId: string,
  { name }: Pick<Topic, 'name'>,
  partition: number,
): string => `${groupId}-${name}-${String(partition)}`;

/**
 * The transactional producer of one input partition. Its id names the partition and nothing else, so whoever opens it
 * shuts out every earlier owner: what kafkajs, which has no KIP-447, cannot do for a group.
 *
 * A transaction is tried once. kafkajs' own retry sends to brokers that answered late a second time, inside the same
 * transaction, so it is off; after any error the producer is dropped and the partition starts from its committed offset.
 */
export class PartitionTransactions {
  private producer: Producer | null = null;
  private closed = false;

  constructor(
    private readonly kafka: KafkaConnection,
    readonly transactionalId: string,
  ) {}

  /**
   * Shuts out every earlier owner of the id and ends what it left open. `connect` does not fence: the first transaction does.
   *
   * That transaction holds an offset of the group and is undone. Its coordinator acknowledges the offset only once the log
   * around it is replicated, and with it all that was committed before. A coordinator that has just taken over answers with
   * less: with what lies below its high watermark, which stands still while too few replicas are in sync. Only afterwards is
   * the committed offset final. To be called once.
   *
   * @throws {BrokerUnavailable | AccessRefused | Misconfigured}
   */
  async fence(input: GroupPartition): Promise<void> {
    const producer = this.kafka.client.producer({
      transactionalId: this.transactionalId,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
      // Every record names its partition.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    const open = async (): Promise<void> => {
      await producer.connect();
      const transaction = await producer.transaction();
      await addOffset(transaction, { ...input, next: 0n });
      await transaction.abort();
    };
    try {
      await withDeadline(
        open(),
        FENCE_DEADLINE_MS,
        () => new Error('the transaction coordinator does not answer'),
      );
    } catch (error) {
      void producer.disconnect().catch(() => undefined);
      throw refusalOfTransaction(this.transactionalId, error);
    }
    if (this.closed) void producer.disconnect().catch(() => undefined);
    else this.producer = producer;
  }

  /** Writes records and the offset of their input, all or nothing. Never rejects. */
  async commit(records: readonly Encoded[], finished: Finished): Promise<Result> {
    const { producer } = this;
    if (!producer) return { outcome: 'retry', error: new Error('the transactional producer is closed') };
    const progress: Progress = { transaction: null, committing: false };
    try {
      const work = this.run(producer, records, finished, progress);
      await withDeadline(work, COMMIT_DEADLINE_MS, () => new Error('the transaction took too long'));
      return { outcome: 'ok' };
    } catch (error) {
      this.producer = null;
      void end(producer, progress);
      return { outcome: outcomeOf(error, progress), error };
    }
  }

  /** Gives the producer up; it disconnects in the background. */
  close(): void {
    const { producer } = this;
    this.producer = null;
    this.closed = true;
    if (producer) void producer.disconnect().catch(() => undefined);
  }

  private async run(
    producer: Producer,
    records: readonly Encoded[],
    finished: Finished,
    progress: Progress,
  ): Promise<void> {
    const transaction = await producer.transaction();
    progress.transaction = transaction;
    // First, because it is the one call that may be repeated while the transaction before is being ended.
    await addOffset(transaction, finished);
    for (const send of cutSends(records)) {
      const topicMessages = this.byTopic(send);
      const answer = await transaction.sendBatch({ acks: -1, compression: this.compression, topicMessages });
      if (!isWhole(topicMessages, answer)) throw new Error('the records were not written to every partition');
    }
    progress.committing = true;
    await transaction.commit();
  }

  private get compression(): CompressionTypes {
    return compressionType(this.kafka.config.compression);
  }

  private byTopic(records: readonly Encoded[]): { topic: string; messages: Message[] }[] {
    const topics = new Map<string, Message[]>();
    for (const { topic, partition, key, value } of records) {
      let messages = topics.get(topic.name);
      if (!messages) topics.set(topic.name, (messages = []));
      messages.push({ partition, key, value });
    }
    return [...topics].map(([name, messages]) => ({ topic: this.kafka.topicName({ name }), messages }));
  }
}

interface Progress {
  transaction: Transaction | null;
  committing: boolean;
}

async function addOffset(
  transaction: Transaction,
  { groupId, topic, partition, next }: Finished,
): Promise<void> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    try {
      await transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic, partitions: [{ partition, offset: String(next) }] }],
      });
      return;
    } catch (error) {
      if (!protocolTypes(error).some((type) => SOON.includes(type))) throw error;
      await delay(wait);
    }
  }
}

/** Aborts what can be aborted, so that readers are not held up, and disconnects. */
async function end(producer: Producer, { transaction, committing }: Progress): Promise<void> {
  try {
    if (transaction?.isActive() && !committing) await transaction.abort();
  } catch {
    // The next owner of the id ends it.
  }
  await producer.disconnect().catch(() => undefined);
}

function outcomeOf(error: unknown, { committing }: Progress): Exclude<Result['outcome'], 'ok'> {
  const trouble = troubleOf(error);
  if (trouble !== 'transient' && trouble !== 'access') return trouble;
  return committing ? 'unknown' : 'retry';
}
