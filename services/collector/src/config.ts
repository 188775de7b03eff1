import { trackingConfig } from '@headwater/collector-server';
import { kafkaConfig, registryConfig } from '@headwater/kafka';
import { appsConfig, igluConfig } from '@headwater/look-ups';
import { z } from 'zod';

const writerConfig = z.object({
  lingerMs: z
    .number()
    .int()
    .min(0)
    .default(5)
    .describe(
      'How long a record waits for others to go with it, milliseconds. Every answer waits this long.',
    ),
  deadlineMs: z
    .number()
    .int()
    .positive()
    .default(5_000)
    .describe(
      'Longest time for the broker to acknowledge a record, milliseconds; after it trackers are answered 503.',
    ),
  maxPendingBytes: z
    .number()
    .int()
    .positive()
    .default(64 * 1024 * 1024)
    .describe('Bytes that may wait for the broker; above, requests are answered 503 at once.'),
});

/** All settings of the collector: each is an environment variable, e.g. `BODY__MAX_BYTES`. */
export const config = trackingConfig.extend({
  kafka: kafkaConfig,
  registry: registryConfig,
  writer: writerConfig.prefault({}),
  apps: appsConfig.prefault({}),
  iglu: igluConfig.prefault({}),
});

export type CollectorConfig = z.infer<typeof config>;
