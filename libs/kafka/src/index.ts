export { createAcls, type Grant, type GrantReport } from './admin/access';
export { createTopics, registerSchemas, type SchemaReport, type TopicReport } from './admin/administration';
export { connectRegistry, SchemaRegistry } from './avro/schema-registry';
export { connectKafka, KafkaConnection } from './client/kafka-connection';
export { silentLog, type Log } from './client/log';
export { consumerConfig, kafkaConfig, registryConfig, type KafkaConfig, type RegistryConfig } from './config';
export { ObservingServer } from './consumer/observing-server';
export { RangedServer } from './consumer/ranged-server';
export { TransactionalServer } from './consumer/transactional-server';
export * from './errors';
export {
  TopicInspector,
  type ClusterDescription,
  type From,
  type InspectedRecord,
  type InspectorOptions,
  type PartitionBounds,
  type PartitionLag,
  type TopicState,
} from './inspection/topic-inspector';
export type {
  BatchLimits,
  PartitionAssigned,
  RangedBatchMark,
  ServerOptions,
  TopicWriterOptions,
} from './options';
export { TopicWriter } from './producer/topic-writer';
