import { secret } from '@headwater/service-kit';
import { z } from 'zod';

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

/** An Iglu registry that is asked over HTTP. */
export type RegistryEntry = z.infer<typeof registryEntry>;

/** Where schemas come from and how long they are kept: `IGLU__FOLDERS`, `IGLU__REGISTRIES`, … */
export const igluConfig = z.object({
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

export type IgluConfig = z.infer<typeof igluConfig>;
