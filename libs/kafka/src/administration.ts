import type { TopicSizing } from '@headwater/contracts';
import type { KafkaConnection } from './kafka-connection';
import type { SchemaRegistry } from './schema-registry';

/** What was done, or with `dryRun` would be done, about one topic. */
export interface TopicReport {
  readonly topic: string;
  readonly action: 'created' | 'unchanged' | 'differs';
  /** For people: what differs from the table, and that it was left as it is. */
  readonly differences: readonly string[];
}

export interface SchemaReport {
  readonly subject: string;
  readonly action: 'registered' | 'unchanged';
  /** Null in a dry run of something that is not there yet. */
  readonly id: number | null;
}

export function createTopics(
  _kafka: KafkaConnection,
  _sizing: TopicSizing,
  _options: { readonly dryRun?: boolean } = {},
): Promise<readonly TopicReport[]> {
  return Promise.reject(new Error('being built'));
}

export function registerSchemas(
  _registry: SchemaRegistry,
  _prefix: string,
  _options: { readonly dryRun?: boolean } = {},
): Promise<readonly SchemaReport[]> {
  return Promise.reject(new Error('being built'));
}
