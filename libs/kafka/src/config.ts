import { z } from 'zod';

const mechanisms = ['none', 'plain', 'scram-sha-256', 'scram-sha-512'] as const;

/** Where Kafka is, and how to talk to it: `KAFKA__BROKERS` and so on. */
export const kafkaConfig = z.object({
  brokers: z
    .array(z.string().regex(/^[^\s:]+:\d+$/, 'expected host:port'))
    .min(1)
    .describe('Brokers to start from, host:port, e.g. kafka-0:9092,kafka-1:9092.'),
  clientId: z
    .string()
    .min(1)
    .default('headwater')
    .describe('Name of this client in the logs and quotas of the brokers.'),
  topicPrefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]*$/, 'only letters, digits, dot, underscore and dash are allowed')
    .default('')
    .describe('Put before the names of topics, groups, transactional ids and schema subjects, e.g. `prod.`.'),
  compression: z
    .enum(['none', 'gzip', 'zstd'])
    .default('zstd')
    .describe('Codec of what is written. All codecs of Kafka are read.'),
  ssl: z.boolean().default(false).describe('Whether the brokers are reached over TLS.'),
  sslCaFile: z
    .string()
    .optional()
    .describe('File with the certificate authorities (PEM) that sign the brokers; default: those of Node.'),
  sslCertFile: z.string().optional().describe('File with the client certificate (PEM), for mutual TLS.'),
  sslKeyFile: z.string().optional().describe('File with the key of the client certificate (PEM).'),
  sasl: z
    .object({
      mechanism: z.enum(mechanisms).default('none').describe('How to sign in to the brokers.'),
      username: z.string().optional().describe('User for SASL.'),
      password: z.string().meta({ secret: true }).optional().describe('Password for SASL.'),
    })
    .refine(({ mechanism, username, password }) => mechanism === 'none' || (username && password), {
      path: ['username'],
      message: 'SASL needs both a username and a password',
    })
    .prefault({}),
});
export type KafkaConfig = z.infer<typeof kafkaConfig>;

/** The settings of a service that belongs to a consumer group, e.g. `KAFKA__SESSION_TIMEOUT_MS`. */
export const consumerConfig = kafkaConfig.extend({
  sessionTimeoutMs: z
    .number()
    .int()
    .min(6_000)
    .max(1_800_000)
    .default(30_000)
    .describe(
      "After so long without a sign of life a replica counts as dead and its partitions go to others, milliseconds. Shorter: quicker after a crash, but a pause of the machine costs a rebalance. The brokers' limits are group.min.session.timeout.ms and group.max.session.timeout.ms.",
    ),
  skipBatches: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+\/\d+@\d+-\d+$/, 'expected topic/partition@first-last'))
    .default([])
    .describe(
      'Record batches that cannot be read (E_POISON_BATCH) and are to be given up, as the error names them: topic/partition@first-last. Their records are lost on purpose, logged and counted.',
    ),
});

/** Where the schema registry is: `REGISTRY__URL` and so on. */
export const registryConfig = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/^https?:\/\/[^/]*@/u.test(url), {
      error: 'holds a user: name it in REGISTRY__USERNAME, and its password in REGISTRY__PASSWORD_FILE',
    })
    .describe('Base of a Confluent-compatible registry API: `<url>/subjects` must answer.'),
  username: z.string().optional().describe('User for HTTP basic authentication.'),
  password: z.string().meta({ secret: true }).optional().describe('Password for HTTP basic authentication.'),
  idsFile: z
    .string()
    .optional()
    .describe(
      'File in which this replica keeps the ids that the registry gave to schemas; with it a service starts also while the registry is down. Each replica its own; it lasts as long as the folder does.',
    ),
  idsSeedFile: z
    .string()
    .optional()
    .describe(
      'A file of the same form that is only read, beneath the other one: for the first start of a replica, e.g. a mounted ConfigMap that the job "schemas" wrote.',
    ),
});
export type RegistryConfig = z.infer<typeof registryConfig>;
