import { z } from 'zod';

/** Where a service listens for probes and scrapes (and, for the collector, for trackers). */
export const httpConfig = z.object({
  host: z.string().default('0.0.0.0').describe('Address to listen on.'),
  port: z.number().int().min(0).max(65535).default(8080).describe('Port to listen on; 0 takes a free one.'),
});

export const logConfig = z.object({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Least severe level that is logged.'),
});

export const drainConfig = z.object({
  timeoutMs: z
    .number()
    .int()
    .positive()
    .default(25_000)
    .describe(
      'Longest time for finishing accepted work after SIGTERM, milliseconds; keep it below terminationGracePeriodSeconds.',
    ),
});

export const adminConfig = z.object({
  token: z
    .string()
    .min(16, 'use at least 16 characters: `openssl rand -hex 32` makes a good one')
    .meta({ secret: true })
    .optional()
    .describe(
      'Token that /metrics and other pages for operators ask for; without one only programs on the same machine see them.',
    ),
});

/** The settings that every service has. */
export const kitConfig = z.object({
  http: httpConfig.prefault({}),
  admin: adminConfig.prefault({}),
  log: logConfig.prefault({}),
  drain: drainConfig.prefault({}),
});
