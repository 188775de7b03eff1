import { consumerConfig, registryConfig } from '@headwater/kafka';
import { igluConfig } from '@headwater/look-ups';
import { kitConfig } from '@headwater/service-kit';
import { z } from 'zod';

const batchConfig = z.object({
  maxRecords: z
    .number()
    .int()
    .min(1)
    .max(30_000)
    .default(1_000)
    .describe('Most events of one partition in one transaction.'),
  maxBytes: z
    .number()
    .int()
    .min(1_024)
    .default(4 * 1024 * 1024)
    .describe('Most bytes of events of one partition in one transaction, before decoding.'),
  lingerMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe(
      'How long a broker may wait for more events before it answers, milliseconds: more makes fewer and larger transactions, less makes events arrive sooner.',
    ),
});

const duplicatesConfig = z.object({
  windowMinutes: z
    .number()
    .positive()
    .default(60)
    .describe('How long a second copy of an event is recognised, minutes of the time in the log.'),
  maxEvents: z
    .number()
    .int()
    .positive()
    .max(50_000_000)
    .default(491_520)
    .describe(
      'Most events that one partition remembers, whatever the window: 52 bytes each, allocated as needed in steps that double. With the room for a repeated batch, 491520 make the step of 27 MB and 1015808 the next.',
    ),
});

/** All settings of the validator: each is an environment variable, e.g. `IGLU__FOLDERS`. */
export const config = kitConfig.extend({
  kafka: consumerConfig,
  registry: registryConfig,
  batch: batchConfig.prefault({}),
  duplicates: duplicatesConfig.prefault({}),
  iglu: igluConfig.prefault({}),
});

export type ValidatorConfig = z.infer<typeof config>;
