import { trackingConfig } from '@headwater/collector-server';
import { pseudonymKeys } from '@headwater/enrichment';
import { countryConfig, enrichmentsFileConfig, igluConfig } from '@headwater/look-ups';
import { secret } from '@headwater/service-kit';
import { z } from 'zod';

const MiB = 1024 * 1024;

const sandboxConfig = z.object({
  maxEvents: z
    .number()
    .int()
    .positive()
    .default(10_000)
    .describe(
      'Most good events that are kept, and most bad ones. Older ones are forgotten, and still counted.',
    ),
  maxBytes: z
    .number()
    .int()
    .min(MiB)
    .default(64 * MiB)
    .describe('Most bytes of good events that are kept, and of bad ones.'),
  file: z
    .string()
    .optional()
    .describe(
      'File that events are kept in as well, one JSON a line; it is read at start. Without it, events last as long as the sandbox.',
    ),
});

const pseudonymConfig = z.object({
  keys: secret(
    pseudonymKeys
      .optional()
      .describe(
        'Keys that identifiers are pseudonymised with, as in the enricher. Without them, one made at start.',
      ),
  ),
});

/** All settings of the sandbox: those of the collector, what enricher and validator look up, and its own. */
export const config = trackingConfig.extend({
  sandbox: sandboxConfig.prefault({}),
  country: countryConfig.prefault({}),
  pseudonym: pseudonymConfig.prefault({}),
  iglu: igluConfig.prefault({}),
  enrichments: enrichmentsFileConfig.prefault({}),
});

export type SandboxConfig = z.infer<typeof config>;

/**
 * What differs from a collector where nothing is set: the port that Snowplow Micro listens on, this machine only, strict mode
 * for whoever asks for it, and the header that tests mark their events with.
 */
export const sandboxDefaults = {
  http: { host: '127.0.0.1', port: 9090 },
  log: { level: 'warn' },
  strict: { enabled: true },
  cors: { headers: ['X-Test-Id'] },
} as const;
