import { clickhouseConfig } from '@headwater/clickhouse';
import { consumerConfig, registryConfig } from '@headwater/kafka';
import { kitConfig } from '@headwater/service-kit';
import { z } from 'zod';

const batchConfig = z.object({
  maxRecords: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('Most records of one partition in one insert.'),
  maxBytes: z
    .number()
    .int()
    .min(1_024)
    .default(16 * 1024 * 1024)
    .describe('Most bytes of records of one partition in one insert, before decoding.'),
  lingerMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(500)
    .describe(
      'How long a partition waits for more records before what is there is inserted, milliseconds: less makes events queryable sooner, more makes fewer and larger parts in ClickHouse.',
    ),
  countsRestMs: z
    .number()
    .int()
    .min(0)
    .max(30_000)
    .default(5_000)
    .describe(
      'How long stage counts collect after an insert before they are inserted again, milliseconds: each insert costs ClickHouse as much as a thousand events. The quality monitor reads them from the topic and does not wait.',
    ),
});

/** All settings of the loader: each is an environment variable, e.g. `CLICKHOUSE__URL`. */
export const config = kitConfig.extend({
  kafka: consumerConfig,
  registry: registryConfig,
  clickhouse: clickhouseConfig,
  batch: batchConfig.prefault({}),
});

export type LoaderConfig = z.infer<typeof config>;
