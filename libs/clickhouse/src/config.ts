import { z } from 'zod';

/** How to reach ClickHouse. */
export const clickhouseConfig = z.object({
  url: z
    .url({ protocol: /^https?$/, hostname: /.+/ })
    .describe('HTTP address of ClickHouse, e.g. http://clickhouse:8123.'),
  database: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'use letters, digits and underscores, and no digit first')
    .default('headwater')
    .describe('Database that holds the tables.'),
  username: z.string().default('default').describe('User to log in as.'),
  password: z.string().meta({ secret: true }).describe('Password of that user.').optional(),
  timeoutMs: z
    .number()
    .int()
    .positive()
    // Far below the hour for which the tables remember the tokens of blocks: what is tried again must still be known.
    .max(600_000)
    .default(60_000)
    .describe('Longest time for one request, milliseconds; an insert that takes longer is tried again.'),
  compression: z
    .enum(['none', 'gzip', 'zstd'])
    .default('none')
    .describe('How inserts are compressed on their way: worth its CPU time only on a slow or paid network.'),
});

export type ClickHouseConfig = z.infer<typeof clickhouseConfig>;

/** 20 years: ClickHouse computes the end of a row's life in 32 bits, and past the year 2106 it would lie before its beginning. */
const MAX_DAYS = 7_300;

const days = (what: string, standard: number): z.ZodDefault<z.ZodNumber> =>
  z
    .number()
    .int()
    .min(1)
    .max(MAX_DAYS)
    .default(standard)
    .describe(`Days for which ${what} are kept, counted from the time the collector received them.`);

/** How the tables are made: settings of the migration. */
export const tablesConfig = z.object({
  replicated: z
    .boolean()
    .default(false)
    .describe('Make Replicated tables, for a cluster with ClickHouse Keeper.'),
  cluster: z
    .string()
    .regex(/^\w+$/, 'use letters, digits and underscores')
    .describe('Cluster on whose every node the tables are made (ON CLUSTER); leave unset for one node.')
    .optional(),
  eventsDays: days('events', 395),
  failedEventsDays: days('failed events', 14),
  stageCountsDays: days('stage counts', 400),
  qualityAlertsDays: days('quality alerts', 400),
});

export type TablesConfig = z.infer<typeof tablesConfig>;
