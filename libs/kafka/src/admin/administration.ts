import { subjectOf, topics, type Topic, type TopicSizing } from '@headwater/contracts';
import { ConfigResourceTypes, type Admin, type DescribeConfigResponse } from 'kafkajs';
import type { SchemaRegistry } from '../avro/schema-registry';
import { AdminClient } from '../client/admin';
import type { KafkaConnection } from '../client/kafka-connection';

/** What was done, or with `dryRun` would be done, about one topic. */
export interface TopicReport {
  /** Name on the broker. */
  readonly topic: string;
  readonly action: 'created' | 'unchanged' | 'differs';
  /** For people: each setting that differs from the topic table. Nothing of an existing topic is changed. */
  readonly differences: readonly string[];
}

/** What was done, or with `dryRun` would be done, about the schema of one topic. */
export interface SchemaReport {
  readonly subject: string;
  readonly action: 'registered' | 'unchanged';
  /** Null in a dry run for what is not there yet. */
  readonly id: number | null;
}

interface Options {
  readonly dryRun?: boolean;
}

/** Settings of a topic on the broker, as the table gives them. */
export function topicSettings(topic: Topic, sizing: TopicSizing): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': topic.cleanupPolicy,
    'compression.type': topic.compression,
    'max.message.bytes': String(topic.maxMessageBytes),
    'min.insync.replicas': String(sizing.minInsyncReplicas),
    'retention.ms': String(topic.retentionHours * 3_600_000),
  };
}

/**
 * Creates the topics that are missing. May be run any number of times. A topic that exists is left as it is: growing
 * partitions moves keys, and a changed setting may be somebody's decision. What differs is reported.
 *
 * @throws {BrokerUnavailable | AccessRefused | Misconfigured}
 */
export async function createTopics(
  kafka: KafkaConnection,
  sizing: TopicSizing,
  { dryRun = false }: Options = {},
): Promise<readonly TopicReport[]> {
  const client = new AdminClient(kafka);
  try {
    return await client.run('to create topics', async (admin) => {
      const existing = new Set(await admin.listTopics());
      const table = Object.values(topics).map((topic) => ({ topic, name: kafka.topicName(topic) }));
      const missing = table.filter(({ name }) => !existing.has(name));
      if (missing.length > 0)
        await admin.createTopics({
          validateOnly: dryRun,
          waitForLeaders: !dryRun,
          topics: missing.map(({ topic, name }) => ({
            topic: name,
            numPartitions: sizing.partitions,
            replicationFactor: sizing.replicationFactor,
            configEntries: Object.entries(topicSettings(topic, sizing)).map(([key, value]) => ({
              name: key,
              value,
            })),
          })),
        });
      const present = table.filter(({ name }) => existing.has(name));
      const differences = await differencesOf(admin, present, sizing);
      return table.map(({ name }): TopicReport => {
        if (!existing.has(name)) return { topic: name, action: 'created', differences: [] };
        const found = differences.get(name) ?? [];
        return { topic: name, action: found.length > 0 ? 'differs' : 'unchanged', differences: found };
      });
    });
  } finally {
    await client.close();
  }
}

async function differencesOf(
  admin: Admin,
  present: readonly { readonly topic: Topic; readonly name: string }[],
  sizing: TopicSizing,
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (present.length === 0) return new Map();
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: present.map(({ name }) => name) });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: present.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
  });
  return new Map(
    present.map(({ topic, name }) => {
      const partitions = metadata.find((each) => each.name === name)?.partitions ?? [];
      const entries = resources.find((each) => each.resourceName === name)?.configEntries ?? [];
      const shape = [
        difference('partitions', String(partitions.length), String(sizing.partitions)),
        difference('replicas', String(partitions[0]?.replicas.length ?? 0), String(sizing.replicationFactor)),
      ];
      const settings = Object.entries(topicSettings(topic, sizing)).map(([setting, wanted]) =>
        difference(setting, valueOf(entries, setting), wanted),
      );
      return [name, [...shape, ...settings].filter((text) => text !== null)];
    }),
  );
}

type Entries = DescribeConfigResponse['resources'][number]['configEntries'];

const valueOf = (entries: Entries, setting: string): string =>
  entries.find(({ configName }) => configName === setting)?.configValue ?? 'not set';

const difference = (setting: string, found: string, wanted: string): string | null =>
  found === wanted ? null : `${setting} is ${found}, the table says ${wanted}`;

/**
 * Registers the schema of every topic under FULL_TRANSITIVE. May be run any number of times; needed before the services of
 * a version start.
 *
 * @throws {SchemaConflict | RegistryUnavailable}
 */
export async function registerSchemas(
  registry: SchemaRegistry,
  prefix: string,
  { dryRun = false }: Options = {},
): Promise<readonly SchemaReport[]> {
  const reports: SchemaReport[] = [];
  for (const topic of Object.values(topics)) {
    const subject = subjectOf(topic, prefix);
    const known = await registry.findId(topic, subject);
    const id = known ?? (dryRun ? null : await registry.register(topic, prefix));
    if (id !== null && !dryRun) registry.remember(topic, prefix, id);
    reports.push({ subject, action: known === null ? 'registered' : 'unchanged', id });
  }
  return reports;
}
