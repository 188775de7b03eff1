import type { ClickHouseConfig } from '@headwater/clickhouse';
import { sizings, type TopicSizing } from '@headwater/contracts';
import { countryConfig } from '@headwater/look-ups';
import { secret } from '@headwater/service-kit';
import { z } from 'zod';
import { readingConfig, sendingConfig } from '../config';

/** One size of the topics, where the job `topics` was told it. */
const told = (what: string) =>
  z.number().int().positive().optional().describe(`${what}, where the job \`topics\` was told so.`);

/** What the doctor reads of the environment: the variables of the services and jobs. */
export const doctorConfig = z.object({
  ...readingConfig.shape,
  ...sendingConfig.shape,
  country: countryConfig.prefault({}),
  topics: z
    .object({
      sizing: z
        .enum(['cluster', 'embedded'])
        .optional()
        .describe('Sizes that the job `topics` was given; by the number of brokers when it is not set.'),
      partitions: told('Partitions of each topic'),
      replicationFactor: told('Replicas of each partition'),
      minInsyncReplicas: told('Replicas that must have a record before it counts as written'),
    })
    .prefault({}),
  admin: z
    .object({
      token: secret(z.string()).optional().describe('Token of the admin endpoints of the services.'),
    })
    .prefault({}),
});

export type DoctorConfig = z.infer<typeof doctorConfig>;

/** Longest time for one request, milliseconds: an operator waits for it. */
const PATIENCE_MS = 8_000;

export const patient = (config: ClickHouseConfig): ClickHouseConfig => ({
  ...config,
  timeoutMs: Math.min(config.timeoutMs, PATIENCE_MS),
});

/** What each topic should be given on a cluster of so many brokers. */
export function sizingOf({ sizing, ...named }: DoctorConfig['topics'], brokers: number): TopicSizing {
  const base = sizings[sizing ?? (brokers > 1 ? 'cluster' : 'embedded')];
  return {
    partitions: named.partitions ?? base.partitions,
    replicationFactor: named.replicationFactor ?? base.replicationFactor,
    minInsyncReplicas: named.minInsyncReplicas ?? base.minInsyncReplicas,
  };
}
