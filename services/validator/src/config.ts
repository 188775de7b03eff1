import { kafkaConfig, registryConfig } from '@headwater/kafka';
import { kitConfig, secret } from '@headwater/service-kit';
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

const registryEntry = z.object({
  name: z.string().min(1),
  url: z.url(),
  /** `static`: /schemas/…; `server`: /api/schemas/…, with an API key where it has one. */
  kind: z.enum(['static', 'server']).default('static'),
  apiKey: z.string().optional(),
  priority: z.number().int().default(10),
  vendorPrefixes: z.array(z.string()).default([]),
  /** Lets plain http and addresses of private networks be asked. */
  allowPrivate: z.boolean().default(false),
});

export type RegistryEntry = z.infer<typeof registryEntry>;

const igluConfig = z.object({
  folders: z
    .array(z.string())
    .default([])
    .describe(
      'Folders with schemas of your own, laid out as a static Iglu registry. They are asked before those that come with Headwater.',
    ),
  registries: secret(
    z
      .array(registryEntry)
      .default([])
      .describe(
        'Iglu registries that are asked over HTTP, as JSON: [{"name": "ours", "url": "https://schemas.example.com", "kind": "static"}]. Optional: "kind" ("static" or "server"), "apiKey", "priority" (lower is asked first, 10), "vendorPrefixes", "allowPrivate" (true lets plain http and private addresses be asked).',
      ),
  ),
  timeoutMs: z
    .number()
    .int()
    .positive()
    .default(5_000)
    .describe('Longest time for one question to a registry, milliseconds.'),
  foundMinutes: z
    .number()
    .positive()
    .default(10)
    .describe('How long a schema is used before it is looked up anew, minutes.'),
  missingSeconds: z
    .number()
    .positive()
    .default(30)
    .describe('How long a schema counts as unknown before it is looked up again, seconds.'),
  maxSchemas: z.number().int().positive().default(500).describe('Most compiled schemas in memory.'),
});

/** All settings of the validator: each is an environment variable, e.g. `IGLU__FOLDERS`. */
export const config = kitConfig.extend({
  kafka: kafkaConfig,
  registry: registryConfig,
  batch: batchConfig.prefault({}),
  duplicates: duplicatesConfig.prefault({}),
  iglu: igluConfig.prefault({}),
});

export type ValidatorConfig = z.infer<typeof config>;
