import type { Topic, StageCounts } from '@headwater/contracts';
import type { Received } from '@headwater/stage';
import type { Registry as MetricsRegistry } from 'prom-client';
import type { KafkaConnection } from './client/kafka-connection';
import type { Log } from './client/log';
import type { SchemaRegistry } from './avro/schema-registry';

/** Where a batch is cut, whichever comes first. A batch never holds more than one fetch brought. */
export interface BatchLimits {
  readonly maxRecords?: number;
  /** Bytes of values, before decoding. */
  readonly maxBytes?: number;
  /**
   * Bytes of one partition in one fetch, and what the broker waits for; compressed, to between a fifth and a fortieth. All of
   * a fetch is in memory at once. Default 512 KiB.
   */
  readonly fetchBytes?: number;
  /** How long the broker may wait for more before it answers a fetch, milliseconds. */
  readonly lingerMs?: number;
}

/** A partition that this process was given, before its first batch. */
export interface PartitionAssigned {
  /** Name of the topic without the prefix of the installation. */
  readonly topic: string;
  readonly partition: number;
  readonly tail: Tail;
}

/** What a partition holds before the first record that will be handed over. */
export interface Tail {
  /** Offset of that record. */
  readonly end: bigint;
  /** Offset of the first record whose timestamp (milliseconds) is at least this; `end` when there is none. */
  offsetAt(timestamp: number): Promise<bigint>;
  /** The records from an offset on. Undecodable ones are left out, and so is what retention has removed. */
  read(from: bigint): AsyncIterable<Received<unknown>>;
}

/** What every transport needs. */
export interface ServerOptions {
  readonly kafka: KafkaConnection;
  readonly registry: SchemaRegistry;
  /** Name of the service; the consumer group is `<prefix>headwater-<group>`. */
  readonly group: string;
  readonly batch?: BatchLimits;
  /** Partitions worked on at the same time. Default 3. */
  readonly concurrency?: number;
  /**
   * How long a partition of a topic (name without prefix) rests while it is not behind, milliseconds: records that
   * nobody waits for then come in fewer, larger batches, and do not hold up those of the other topics.
   */
  readonly restMs?: Readonly<Record<string, number>>;
  /** After so long without a sign of life the group gives the partitions to others, milliseconds. Default 30,000. */
  readonly sessionTimeoutMs?: number;
  /** Poisoned batches to give up, as `topic/partition@first-last` with the topic's name on the broker. */
  readonly skipBatches?: readonly string[];
  readonly log: Log;
  /** Where the port registers its metrics. */
  readonly metrics: MetricsRegistry;
  /** Must end the process: called for what waiting cannot heal. */
  readonly onFatal: (error: Error) => void;
  /** For stages that remember: called once a partition is ours and its position known, before its first batch. */
  readonly onAssigned?: (assignment: PartitionAssigned) => Promise<void>;
  readonly onRevoked?: (topic: string, partition: number) => void;
  /**
   * For stages that count and write outside of transactions: tells of records that it goes on without.
   * The partition waits until it resolves, and calls it again, with the same id, after it rejected.
   */
  readonly onGap?: (summary: StageCounts) => Promise<void>;
}

/** A batch of a {@link RangedServer}. */
export interface RangedBatchMark {
  /** True: the last owner of the partition died while it handled exactly this batch; it may be stored already. */
  readonly recovered: boolean;
}

export interface TopicWriterOptions {
  readonly kafka: KafkaConnection;
  readonly registry: SchemaRegistry;
  /** Topics that will be written: their schemas are looked up by `connect`. */
  readonly topics: readonly Topic[];
  readonly log: Log;
  readonly metrics?: MetricsRegistry;
  /** How long a first record waits for company, milliseconds. Default 5. */
  readonly lingerMs?: number;
  /** Bytes that may wait for the broker; above, `write` rejects with `Overloaded` at once. Default 64 MiB. */
  readonly maxPendingBytes?: number;
  /** Longest time until a write is settled, milliseconds. Default 5,000. */
  readonly deadlineMs?: number;
}
