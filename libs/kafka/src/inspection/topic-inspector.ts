import { setTimeout as delay } from 'node:timers/promises';
import { topics, type ServiceName, type Topic } from '@headwater/contracts';
import type { Received, Undecodable } from '@headwater/stage';
import type { KafkaMessage } from 'kafkajs';
import type { Metadata } from 'kafkajs/src/cluster';
import { createErrorFromCode } from 'kafkajs/src/protocol/error';
import type { SchemaRegistry } from '../avro/schema-registry';
import type { TopicCodec } from '../avro/topic-codec';
import { AdminClient, refusalOf } from '../client/admin';
import { clusterMetadata } from '../client/cluster-metadata';
import type { KafkaConnection } from '../client/kafka-connection';
import { messageOf, troubleOf } from '../client/kafka-error';
import type { Log } from '../client/log';
import { PartitionReader, type LogBounds } from '../client/partition-reader';
import { learnSchemas, schemasIn, StreamedRecords } from '../consumer/decode-messages';
import { backOff } from '../consumer/lane';
import { Misconfigured, RecordsGone } from '../errors';

/** Time between two looks of `follow` at a topic that brings nothing new. */
const FOLLOW_MS = 200;
/** Protocol: the topic does not exist. */
const UNKNOWN_TOPIC = 3;
/** Protocol: the topic, or a partition, has no leader now. */
const NO_LEADER = 5;

export interface ClusterDescription {
  readonly clusterId: string;
  /** Id of the broker that controls the cluster; null when none is named. */
  readonly controller: number | null;
  readonly brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[];
}

export interface TopicState {
  readonly topic: Topic;
  /** Name on the broker. */
  readonly name: string;
  readonly present: boolean;
  readonly partitions: number;
  /** Replicas of the partition that has fewest. */
  readonly replicas: number;
  /** In-sync replicas of the partition that has fewest; a partition without leader has none. */
  readonly leastInSync: number;
  /** Partitions without a leader: nothing can be read from or written to them. */
  readonly offlinePartitions: number;
}

export interface PartitionBounds extends LogBounds {
  readonly partition: number;
  /** Offset after the last record that all in-sync replicas have, committed or not. */
  readonly end: bigint;
}

export interface PartitionLag {
  readonly topic: Topic;
  readonly partition: number;
  /** Null when the group has committed nothing. */
  readonly committed: bigint | null;
  /** What was committed with the offset: the loader keeps the range of its batch there. */
  readonly metadata: string | null;
  readonly start: bigint;
  readonly stableEnd: bigint;
  /** Offsets from the committed one (or the start) to the stable end; control records count. */
  readonly lag: bigint;
}

export interface InspectedRecord {
  readonly partition: number;
  readonly record: Received<object> | Undecodable;
}

/** Where reading begins, by partition. A partition that is not named is read from its start. */
export type From = ReadonlyMap<number, bigint> | 'start';

export interface InspectorOptions {
  readonly kafka: KafkaConnection;
  /** Needed for reading records only. */
  readonly registry?: SchemaRegistry;
  readonly log: Log;
}

/**
 * Looks at brokers, topics and groups without belonging to a group and without changing anything. Everything it reads is
 * what a `read_committed` consumer sees.
 */
export class TopicInspector {
  private readonly kafka: KafkaConnection;
  private readonly admin: AdminClient;
  /** Readers serve one call at a time: each reading has its own. */
  private readonly readers = new Set<PartitionReader>();
  private closed = false;

  constructor(private readonly options: InspectorOptions) {
    this.kafka = options.kafka;
    this.admin = new AdminClient(options.kafka);
  }

  /** @throws {BrokerUnavailable | AccessRefused | Misconfigured} as every method here */
  async cluster(): Promise<ClusterDescription> {
    const { clusterId, controllerId, brokers } = await clusterMetadata(this.kafka, this.allNames());
    return {
      clusterId,
      controller: controllerId < 0 ? null : controllerId,
      brokers: brokers
        .map(({ nodeId, host, port }) => ({ id: nodeId, host, port }))
        .sort((a, b) => a.id - b.id),
    };
  }

  /** The topics of our table, in its order, also those that are missing. */
  async topics(): Promise<readonly TopicState[]> {
    const metadata = await clusterMetadata(this.kafka, this.allNames());
    return Object.values(topics).map((topic) => this.stateOf(topic, metadata));
  }

  async bounds(topic: Topic): Promise<readonly PartitionBounds[]> {
    const name = this.kafka.topicName(topic);
    const [committed, uncommitted] = await Promise.all([
      this.withReader((reader) => reader.allBounds(name)),
      this.withReader((reader) => reader.allBounds(name), 'uncommitted'),
    ]);
    return [...committed].map(([partition, bounds]) => ({
      partition,
      ...bounds,
      // Asked at another moment: the log may have grown in between.
      end: greater(uncommitted.get(partition)?.stableEnd ?? bounds.stableEnd, bounds.stableEnd),
    }));
  }

  /** How far a service has read each partition of each topic that it reads. */
  async lag(service: ServiceName): Promise<readonly PartitionLag[]> {
    const read = Object.values<Topic>(topics).filter(({ readers }) => readers.includes(service));
    if (read.length === 0) return [];
    const committed = await this.admin.committedOf(
      this.kafka.groupId(service),
      read.map((topic) => this.kafka.topicName(topic)),
    );
    return this.withReader(async (reader) => {
      const lags: PartitionLag[] = [];
      for (const topic of read) {
        const name = this.kafka.topicName(topic);
        for (const [partition, { start, stableEnd }] of await reader.allBounds(name)) {
          const found = committed.get(name)?.get(partition);
          const offset = found?.offset ?? null;
          lags.push({
            topic,
            partition,
            committed: offset,
            metadata: found?.metadata ?? null,
            start,
            stableEnd,
            lag: greater(stableEnd - greater(offset ?? start, start), 0n),
          });
        }
      }
      return lags;
    });
  }

  /**
   * Records from `from` up to the stable end as of the first step, partition by partition.
   *
   * @throws {RecordsGone} when retention removed records at or above `from`
   * @throws {RegistryUnavailable} when a schema is needed that cannot be asked for now
   */
  async *read(topic: Topic, from: From): AsyncGenerator<InspectedRecord> {
    const reader = this.openReader();
    try {
      const codec = await this.codecOf(topic);
      const name = this.kafka.topicName(topic);
      for (const [partition, bounds] of await reader.allBounds(name)) {
        const first = firstOf(name, partition, from, bounds);
        for await (const messages of reader.read(name, partition, first, bounds.stableEnd))
          yield* await this.decoded(codec, partition, messages);
      }
    } finally {
      await this.closeReader(reader);
    }
  }

  /**
   * Records from `from` on, as they come, until `signal` aborts; in order for each partition, each once. Waits for brokers
   * and a registry that are down.
   *
   * @throws {RecordsGone | Misconfigured} what waiting does not heal
   */
  async *follow(topic: Topic, from: From, signal: AbortSignal): AsyncGenerator<InspectedRecord> {
    const reader = this.openReader();
    const name = this.kafka.topicName(topic);
    const positions = new Map(from === 'start' ? [] : from);
    let codec: TopicCodec | null = null;
    const isOver = (): boolean => signal.aborted || this.closed;
    let failures = 0;
    try {
      while (!isOver()) {
        const found: InspectedRecord[] = [];
        let next = positions;
        try {
          codec ??= await this.codecOf(topic);
          const step = await this.nextFetch(reader, codec, name, positions);
          found.push(...step.records);
          next = step.positions;
          failures = 0;
        } catch (error) {
          if (troubleOf(error) === 'fatal') throw error;
          failures += 1;
          if (failures === 1)
            this.options.log.warn(
              { err: error, topic: name },
              `${name} is followed on once this is mended: ${messageOf(error)}`,
            );
          await rest(backOff(failures, 0), signal);
        }
        for (const record of found) {
          if (isOver()) return;
          yield record;
        }
        for (const [partition, position] of next) positions.set(partition, position);
        if (found.length === 0) await rest(FOLLOW_MS, signal);
      }
    } finally {
      await this.closeReader(reader);
    }
  }

  /** Ends what is still reading. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([this.admin.close(), ...[...this.readers].map((reader) => this.closeReader(reader))]);
  }

  /** One fetch of each partition that holds more, and where the next ones begin. */
  private async nextFetch(
    reader: PartitionReader,
    codec: TopicCodec,
    name: string,
    positions: ReadonlyMap<number, bigint>,
  ): Promise<{ records: readonly InspectedRecord[]; positions: Map<number, bigint> }> {
    const records: InspectedRecord[] = [];
    const next = new Map<number, bigint>();
    for (const [partition, bounds] of await reader.allBounds(name)) {
      const first = firstOf(name, partition, positions, bounds);
      // Control records and undone transactions at the end are passed by as well.
      let position = greater(first, bounds.stableEnd);
      for await (const messages of reader.read(name, partition, first, bounds.stableEnd)) {
        records.push(...(await this.decoded(codec, partition, messages)));
        position = BigInt(messages.at(-1)?.offset ?? first) + 1n;
        break;
      }
      next.set(partition, position);
    }
    return { records, positions: next };
  }

  private async decoded(
    codec: TopicCodec,
    partition: number,
    messages: readonly KafkaMessage[],
  ): Promise<readonly InspectedRecord[]> {
    const unknown = await learnSchemas(codec, schemasIn(messages), (id) =>
      this.registry().teach(codec, id, this.kafka.prefix),
    );
    const records = new StreamedRecords(codec, messages, unknown, () => undefined);
    return [...records].map((record) => ({ partition, record }));
  }

  private async codecOf(topic: Topic): Promise<TopicCodec> {
    const codec = (await this.registry().codecs(this.kafka.prefix, [topic])).get(topic.name);
    if (codec) return codec;
    throw new Misconfigured(`There is no schema for ${topic.name}.`);
  }

  private registry(): SchemaRegistry {
    const { registry } = this.options;
    if (registry) return registry;
    throw new Misconfigured('Records can only be read with a schema registry. Set REGISTRY__URL.');
  }

  private allNames(): readonly string[] {
    return Object.values(topics).map((topic) => this.kafka.topicName(topic));
  }

  private stateOf(topic: Topic, { topicMetadata }: Metadata): TopicState {
    const name = this.kafka.topicName(topic);
    const found = topicMetadata.find((each) => each.topic === name);
    const code = found?.topicErrorCode ?? UNKNOWN_TOPIC;
    if (code !== 0 && code !== UNKNOWN_TOPIC && code !== NO_LEADER)
      throw refusalOf(this.kafka, `the state of ${name}`, createErrorFromCode(code));
    const partitions = found?.partitionMetadata ?? [];
    const isOffline = (leader: number): boolean => leader < 0;
    return {
      topic,
      name,
      present: code !== UNKNOWN_TOPIC,
      partitions: partitions.length,
      replicas: least(partitions.map(({ replicas }) => replicas.length)),
      leastInSync: least(partitions.map(({ leader, isr }) => (isOffline(leader) ? 0 : isr.length))),
      offlinePartitions: partitions.filter(({ leader }) => isOffline(leader)).length,
    };
  }

  private async withReader<T>(
    work: (reader: PartitionReader) => Promise<T>,
    isolation?: 'committed' | 'uncommitted',
  ): Promise<T> {
    const reader = this.openReader(isolation);
    try {
      return await work(reader);
    } finally {
      await this.closeReader(reader);
    }
  }

  private openReader(isolation: 'committed' | 'uncommitted' = 'committed'): PartitionReader {
    const reader = new PartitionReader(this.kafka, isolation);
    this.readers.add(reader);
    return reader;
  }

  private async closeReader(reader: PartitionReader): Promise<void> {
    this.readers.delete(reader);
    await reader.close();
  }
}

function firstOf(name: string, partition: number, from: From, { start }: LogBounds): bigint {
  const wanted = from === 'start' ? start : (from.get(partition) ?? start);
  if (wanted < start) throw new RecordsGone(name, partition, wanted, start);
  return wanted;
}

const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const least = (counts: readonly number[]): number => (counts.length === 0 ? 0 : Math.min(...counts));

const rest = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);
