import { sizings, type TopicSizing } from '@headwater/contracts';
import { connectKafka, createTopics, kafkaConfig } from '@headwater/kafka';
import { logConfig } from '@headwater/service-kit';
import { z } from 'zod';
import { defineJob } from './job';

const sizing = z.object({
  sizing: z
    .enum(['cluster', 'embedded'])
    .default('cluster')
    .describe('Sizes to start from: a cluster, or one broker.'),
  partitions: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Partitions of each topic, instead of the size chosen.'),
  replicationFactor: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Replicas of each partition, instead of the size chosen.'),
  minInsyncReplicas: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Replicas that must have a record before it counts as written.'),
});

/** What a topic is given: the size chosen, with what was named one by one. */
export function sizingOf({ sizing: base, ...named }: z.infer<typeof sizing>): TopicSizing {
  const from = sizings[base];
  return {
    partitions: named.partitions ?? from.partitions,
    replicationFactor: named.replicationFactor ?? from.replicationFactor,
    minInsyncReplicas: named.minInsyncReplicas ?? from.minInsyncReplicas,
  };
}

/** Creates the topics of the contract table. Leaves those that are there as they are, and says where they differ. */
export const topicsJob = defineJob({
  name: 'topics',
  does: 'create the topics',
  config: z.object({ kafka: kafkaConfig, topics: sizing.prefault({}), log: logConfig.prefault({}) }),
  run: async ({ kafka, topics }, { log, dryRun }) => {
    for (const { topic, action, differences } of await createTopics(
      connectKafka(kafka, { log }),
      sizingOf(topics),
      { dryRun },
    )) {
      log.info({ topic, action, dryRun }, `${topic}: ${action}`);
      for (const difference of differences) log.warn({ topic }, difference);
    }
  },
});
