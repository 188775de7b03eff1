import { kafkaConfig, registerSchemas, registryConfig, SchemaRegistry } from '@headwater/kafka';
import { logConfig } from '@headwater/service-kit';
import { z } from 'zod';
import { defineJob } from './job';

/** Registers the schemas of the contracts, under FULL_TRANSITIVE compatibility. */
export const schemasJob = defineJob({
  name: 'schemas',
  does: 'register the schemas',
  config: z.object({
    registry: registryConfig,
    kafka: z.object({ topicPrefix: kafkaConfig.shape.topicPrefix }).prefault({}),
    log: logConfig.prefault({}),
  }),
  run: async ({ registry, kafka }, { log, dryRun }) => {
    for (const { subject, action, id } of await registerSchemas(
      new SchemaRegistry(registry, log),
      kafka.topicPrefix,
      { dryRun },
    ))
      log.info({ subject, id, action, dryRun }, `${subject}: ${action}`);
  },
});
