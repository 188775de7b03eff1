// The parts of kafkajs 2.2.4 below its public interface that the files of this folder use: its
// consumer cannot read a range of a partition without joining a group, and its admin client refuses to describe a cluster
// in which one partition of one topic has no leader.

declare module 'kafkajs/src/cluster' {
  import type { KafkaConfig, KafkaMessage, Logger } from 'kafkajs';

  /** A record with what the batch around it says, which the public type leaves out. */
  export type FetchedMessage = KafkaMessage & {
    readonly isControlRecord: boolean;
    readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  };

  /** A transaction that was undone. */
  export interface AbortedTransaction {
    readonly producerId: string;
    /** Offset of its first record in the partition. */
    readonly firstOffset: string;
  }

  export interface FetchedPartition {
    readonly partition: number;
    readonly highWatermark: string;
    readonly abortedTransactions: readonly AbortedTransaction[];
    readonly messages: readonly FetchedMessage[];
  }

  export interface PartitionMetadata {
    /** Error code of the protocol; 0: none. */
    readonly partitionErrorCode: number;
    readonly partitionId: number;
    /** Id of a broker; -1: none. */
    readonly leader: number;
    readonly replicas: readonly number[];
    readonly isr: readonly number[];
  }

  export interface Metadata {
    readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
    readonly clusterId: string;
    readonly controllerId: number;
    readonly topicMetadata: readonly {
      readonly topicErrorCode: number;
      readonly topic: string;
      readonly partitionMetadata: readonly PartitionMetadata[];
    }[];
  }

  export interface Broker {
    readonly connectionPool: {
      send<T>(protocol: { readonly request: object; readonly response: object }): Promise<T>;
    };
    fetch(request: {
      readonly isolationLevel: number;
      readonly maxWaitTime: number;
      readonly minBytes: number;
      readonly maxBytes: number;
      readonly topics: readonly {
        readonly topic: string;
        readonly partitions: readonly {
          readonly partition: number;
          readonly fetchOffset: string;
          readonly maxBytes: number;
        }[];
      }[];
    }): Promise<{
      readonly responses: readonly {
        readonly topicName: string;
        readonly partitions: readonly FetchedPartition[];
      }[];
    }>;
  }

  class Cluster {
    readonly brokerPool: { findConnectedBroker(): Promise<Broker> };
    constructor(
      options: KafkaConfig & {
        readonly logger: Logger;
        readonly isolationLevel: number;
        readonly metadataMaxAge: number;
        readonly allowAutoTopicCreation: boolean;
      },
    );
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addTargetTopic(topic: string): Promise<void>;
    refreshMetadata(): Promise<void>;
    findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
    findLeaderForPartitions(
      topic: string,
      partitions: readonly number[],
    ): Readonly<Record<string, readonly number[]>>;
    findBroker(of: { readonly nodeId: string }): Promise<Broker>;
    fetchTopicsOffset(
      topics: readonly {
        readonly topic: string;
        readonly fromBeginning?: boolean;
        readonly fromTimestamp?: number;
        readonly partitions: readonly { readonly partition: number }[];
      }[],
    ): Promise<
      readonly {
        readonly topic: string;
        readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
      }[]
    >;
  }
  export default Cluster;
}

declare module 'kafkajs/src/consumer/batch' {
  import type { KafkaMessage } from 'kafkajs';
  import type { FetchedPartition } from 'kafkajs/src/cluster';

  /** One fetch of one partition, without what was aborted and without control records. */
  class FetchedBatch {
    constructor(topic: string, fetchedOffset: string, partition: FetchedPartition);
    readonly messages: readonly KafkaMessage[];
    isEmptyIncludingFiltered(): boolean;
    lastOffset(): string;
  }
  export default FetchedBatch;
}

declare module 'kafkajs/src/consumer/consumerGroup' {
  import type { Broker } from 'kafkajs/src/cluster';

  class ConsumerGroup {
    constructor(parts: Readonly<Record<string, unknown>>);
    readonly groupId: string;
    /** Null while the group is not joined. */
    readonly memberId: string | null;
    readonly cluster: {
      refreshMetadata(): Promise<void>;
      findGroupCoordinator(of: { readonly groupId: string }): Promise<Broker>;
    };
    coordinator: Broker | null;
    /** Null before the first join. */
    readonly offsetManager: { coordinator: Broker } | null;
    joinAndSync: (this: ConsumerGroup) => Promise<void>;
    heartbeat: (this: ConsumerGroup, of: { readonly interval: number }) => Promise<void>;
    commitOffsets: (this: ConsumerGroup, offsets?: object) => Promise<void>;
    recoverFromFetch: (
      this: ConsumerGroup,
      error: { readonly name?: string; readonly type?: string },
    ) => Promise<void>;
  }
  export default ConsumerGroup;
}

declare module 'kafkajs/src/network/socketFactory' {
  import type { ISocketFactory } from 'kafkajs';

  export default function createSocketFactory(): ISocketFactory;
}

declare module 'kafkajs/src/protocol/requests/metadata/v6/request' {
  export default function request(of: {
    readonly topics: readonly string[];
    readonly allowAutoTopicCreation: boolean;
  }): object;
}

declare module 'kafkajs/src/protocol/requests/metadata/v6/response' {
  import type { Metadata } from 'kafkajs/src/cluster';

  export function decode(raw: Buffer): Promise<Metadata>;
}

declare module 'kafkajs/src/protocol/error' {
  export function createErrorFromCode(code: number): Error;
}

declare module 'kafkajs/src/protocol/decoder' {
  class Decoder {
    constructor(buffer: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): { toString(): string };
    readString(): string;
    readBytes(length: number): Buffer;
    canReadBytes(length: number): boolean;
    readArray<T>(read: (decoder: Decoder) => T): T[];
    readArrayAsync<T>(read: (decoder: Decoder) => Promise<T>): Promise<T[]>;
  }
  export default Decoder;
}

declare module 'kafkajs/src/protocol/recordBatch/v0/decoder' {
  import type { FetchedMessage } from 'kafkajs/src/cluster';
  import type Decoder from 'kafkajs/src/protocol/decoder';

  export interface DecodedBatch {
    readonly records: readonly FetchedMessage[];
  }
  export default function decodeBatch(decoder: Decoder): Promise<DecodedBatch>;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response' {
  import type { FetchedPartition } from 'kafkajs/src/cluster';

  export interface FetchAnswer {
    readonly throttleTime: number;
    readonly clientSideThrottleTime: number;
    readonly errorCode: number;
    readonly sessionId: number;
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly FetchedPartition[];
    }[];
  }

  /** The exports of the module, which kafkajs looks at for each fetch. */
  const response: { decode: (raw: Buffer) => Promise<FetchAnswer> };
  export default response;
}

declare module 'kafkajs/src/protocol/recordBatch/v0' {
  export function RecordBatch(of: {
    readonly compression: number;
    readonly firstTimestamp: number;
    readonly maxTimestamp: number;
    readonly lastOffsetDelta: number;
    readonly records: readonly object[];
  }): Promise<{ readonly buffer: Buffer }>;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0' {
  export default function Record(of: {
    readonly key: Buffer | null;
    readonly value: Buffer;
    readonly offsetDelta: number;
    readonly timestampDelta: number;
    readonly headers: object;
  }): object;
}

declare module 'kafkajs/src/retry' {
  import type { RetryOptions } from 'kafkajs';
  export default function createRetry(options: RetryOptions): unknown;
}

declare module 'kafkajs/src/producer/sendMessages' {
  import type { ProducerBatch, RecordMetadata } from 'kafkajs';
  export default function createSendMessages(
    parts: Readonly<Record<'logger' | 'cluster' | 'partitioner' | 'eosManager' | 'retrier', unknown>>,
  ): (batch: ProducerBatch) => Promise<RecordMetadata[]>;
}

declare module 'kafkajs/src/consumer/runner' {
  export default class Runner {
    constructor(parts: Readonly<Record<string, unknown>>);
    start(): Promise<void>;
  }
}
