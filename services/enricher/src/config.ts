import { pseudonymKeys } from '@headwater/enrichment';
import { consumerConfig, registryConfig } from '@headwater/kafka';
import { appsConfig, countryConfig, enrichmentsFileConfig } from '@headwater/look-ups';
import { kitConfig, secret } from '@headwater/service-kit';
import { z } from 'zod';

const batchConfig = z.object({
  maxRecords: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1_000)
    .describe('Most payloads of one partition in one transaction.'),
  maxBytes: z
    .number()
    .int()
    .min(1_024)
    .default(2 * 1024 * 1024)
    .describe('Most bytes of payloads of one partition in one transaction, before decoding.'),
  lingerMs: z
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe(
      'How long a broker may wait for more payloads before it answers, milliseconds: more makes fewer and larger transactions, less makes events arrive sooner.',
    ),
});

const pseudonymConfig = z.object({
  keys: secret(
    pseudonymKeys.describe(
      'Keys that identifiers are pseudonymised with, as JSON: [{"id": "2026-1", "secret": "…"}]. Make a secret with: openssl rand -base64 32, and keep a copy: without it ids cannot be continued. Optional in a key: "from" (time from which it is used: a rotation) and "apps" (the apps that share one space of ids; otherwise each app has its own).',
    ),
  ),
});

const igluConfig = z.object({
  folders: z
    .array(z.string())
    .default([])
    .describe(
      'Folders with schemas of your own, laid out as a static Iglu registry: what they mark with "headwater:identifying" or "headwater:url" is treated as in the schemas that come with Headwater.',
    ),
});

const appRegistryConfig = appsConfig.extend({
  sharedBy: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe(
      'Number of enrichers that run side by side: each grants its part of the quotas in APPS__FILE. Quotas are counted in each process, on the clock of the collector.',
    ),
});

/** All settings of the enricher: each is an environment variable, e.g. `PSEUDONYM__KEYS`. */
export const config = kitConfig.extend({
  kafka: consumerConfig,
  registry: registryConfig,
  batch: batchConfig.prefault({}),
  country: countryConfig.prefault({}),
  pseudonym: pseudonymConfig,
  apps: appRegistryConfig.prefault({}),
  iglu: igluConfig.prefault({}),
  enrichments: enrichmentsFileConfig.prefault({}),
});

export type EnricherConfig = z.infer<typeof config>;
