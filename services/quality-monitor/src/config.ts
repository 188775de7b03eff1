import { clickhouseConfig } from '@headwater/clickhouse';
import { consumerConfig, registryConfig } from '@headwater/kafka';
import { qualityConfig } from '@headwater/quality';
import { kitConfig } from '@headwater/service-kit';
import { z } from 'zod';

const historyConfig = z.object({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Whether baselines and open alerts are read from ClickHouse at the start; without, all is learned anew.',
    ),
  days: z.number().positive().default(28).describe('Days of stage_counts that are read at the start.'),
  marginMinutes: z
    .number()
    .positive()
    .default(30)
    .describe(
      'Last minutes of the history that are read from Kafka instead, because they may not be loaded yet; more than the grace of the accounting.',
    ),
  maxRows: z
    .number()
    .int()
    .positive()
    .default(50_000)
    .describe('Rows that one query of the history should bring, about; it bounds the memory at the start.'),
});

const clockConfig = z.object({
  offsetSeconds: z
    .number()
    .default(0)
    .describe('Added to the clock, seconds: for rehearsals on seeded history. Leave it at 0 in production.'),
  speed: z
    .number()
    .positive()
    .default(1)
    .describe('How many times as fast the clock runs from the start on. Leave it at 1 in production.'),
});

/** All settings of the quality monitor: each is an environment variable, e.g. `QUALITY__RECOVERY_MINUTES`. */
export const config = kitConfig.extend({
  kafka: consumerConfig,
  registry: registryConfig,
  clickhouse: clickhouseConfig,
  quality: qualityConfig
    .extend({
      tickSeconds: z
        .number()
        .positive()
        .default(5)
        .describe('How often windows are closed and checks run, seconds.'),
      settleSeconds: z
        .number()
        .min(0)
        .default(10)
        .describe('How long after it was given its partitions the monitor waits before it judges, seconds.'),
      history: historyConfig.prefault({}),
      clock: clockConfig.prefault({}),
    })
    .prefault({}),
});

export type QualityMonitorConfig = z.infer<typeof config>;
