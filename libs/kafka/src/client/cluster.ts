import type { RetryOptions } from 'kafkajs';
import Cluster from 'kafkajs/src/cluster';
import createSocketFactory from 'kafkajs/src/network/socketFactory';
import type { KafkaConnection } from './kafka-connection';

/** Isolation levels, as numbers of the protocol. */
export const ISOLATION = { uncommitted: 0, committed: 1 } as const;

/** The connections of kafkajs below its public clients, which cannot all that we need. Nothing is connected yet. */
export const newCluster = (
  kafka: KafkaConnection,
  isolation: keyof typeof ISOLATION,
  retry: RetryOptions,
): Cluster =>
  new Cluster({
    ...kafka.clientConfig,
    logger: kafka.client.logger(),
    socketFactory: kafka.clientConfig.socketFactory ?? createSocketFactory(),
    enforceRequestTimeout: true,
    metadataMaxAge: 60_000,
    allowAutoTopicCreation: false,
    isolationLevel: ISOLATION[isolation],
    retry,
  });
