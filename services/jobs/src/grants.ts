import { ClickHouse, clickhouseConfig, migrations, tablesConfig } from '@headwater/clickhouse';
import { databaseGrantsOf, databaseRoles, roleNameOf } from '@headwater/loading';
import { logConfig } from '@headwater/service-kit';
import { z } from 'zod';
import { defineJob } from './job';
import { settingOf } from './setting-of';

const identifier = z.string().regex(/^[A-Za-z_][\w-]*$/, 'use letters, digits, underscores and dashes');

const grantsConfig = z.object({
  users: z
    .object(
      Object.fromEntries(
        databaseRoles.map((role) => [
          settingOf(role),
          identifier
            .optional()
            .describe(
              `User of ClickHouse that gets the role ${roleNameOf(role, 'headwater')} (or of the database that CLICKHOUSE__DATABASE names, instead of headwater); it must exist.`,
            ),
        ]),
      ) as Record<string, z.ZodOptional<z.ZodString>>,
    )
    .prefault({}),
});
export type GrantsConfig = z.infer<typeof grantsConfig>;

/** The statements that make the roles and give them their rights. Running them again changes nothing; nothing is revoked. */
export function grantStatements(
  database: string,
  { users }: GrantsConfig,
  cluster?: string,
): readonly string[] {
  const on = cluster === undefined ? '' : ` ON CLUSTER \`${cluster}\``;
  return databaseRoles.flatMap((role) => {
    const user = users[settingOf(role)];
    return [
      `CREATE ROLE IF NOT EXISTS ${roleNameOf(role, database)}${on}`,
      ...databaseGrantsOf(role, database, migrations).map(
        (grant) =>
          `GRANT${on} ${grant.privileges.join(', ')} ON ${grant.on} TO ${roleNameOf(role, database)}`,
      ),
      ...(role === 'migrate' && cluster !== undefined
        ? [`GRANT${on} CLUSTER ON *.* TO ${roleNameOf(role, database)}`]
        : []),
      ...(user === undefined ? [] : [`GRANT${on} ${roleNameOf(role, database)} TO \`${user}\``]),
    ];
  });
}

/** Makes a role for each program that uses ClickHouse, with what it needs and nothing else. */
export const grantsJob = defineJob({
  name: 'grants',
  does: 'make the roles of ClickHouse and give them their rights; --dry-run prints the SQL instead',
  config: z.object({
    clickhouse: clickhouseConfig,
    tables: tablesConfig.pick({ cluster: true }).prefault({}),
    grants: grantsConfig.prefault({}),
    log: logConfig.prefault({}),
  }),
  run: async ({ clickhouse: settings, tables: { cluster }, grants }, { log, dryRun, print }) => {
    const statements = grantStatements(settings.database, grants, cluster);
    if (dryRun) {
      print(statements.map((statement) => `${statement};\n`).join(''));
      return;
    }
    // The database may not be there yet, and roles belong to none.
    const clickhouse = new ClickHouse({ ...settings, database: 'default' });
    try {
      for (const statement of statements) await clickhouse.command(statement);
      log.info({ statements: statements.length }, `${String(databaseRoles.length)} roles have their rights`);
    } finally {
      await clickhouse.close();
    }
  },
});
