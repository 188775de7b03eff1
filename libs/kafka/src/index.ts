export { createTopics, registerSchemas, type SchemaReport, type TopicReport } from './administration';
export { kafkaConfig, registryConfig, type KafkaConfig, type RegistryConfig } from './config';
export * from './errors';
export { connectKafka, KafkaConnection } from './kafka-connection';
export { silentLog, type Log } from './log';
export { ObservingServer } from './observing-server';
export type {
  BatchLimits,
  PartitionAssigned,
  RangedBatchMark,
  ServerOptions,
  TopicWriterOptions,
} from './options';
export { RangedServer } from './ranged-server';
export { connectRegistry, SchemaRegistry } from './schema-registry';
export { TopicWriter } from './topic-writer';
export { TransactionalServer } from './transactional-server';
