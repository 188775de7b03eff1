import { ClickHouse, clickhouseConfig, migrate, tablesConfig } from '@headwater/clickhouse';
import { logConfig } from '@headwater/service-kit';
import { z } from 'zod';
import { defineJob } from './job';

/** Brings the database to the tables of this version. */
export const migrateJob = defineJob({
  name: 'migrate',
  does: 'create and migrate the tables',
  config: z.object({
    clickhouse: clickhouseConfig,
    tables: tablesConfig.prefault({}),
    log: logConfig.prefault({}),
  }),
  run: async ({ clickhouse: settings, tables }, { log, dryRun }) => {
    const clickhouse = new ClickHouse(settings);
    try {
      const applied = await migrate(clickhouse, log, { tables, dryRun });
      log.info({ applied: applied.length, dryRun }, `${applied.length} migrations were run`);
    } finally {
      await clickhouse.close();
    }
  },
});
