import { reasonOf, type Check } from '../check';
import { notChecked, ok, problem, type Finding } from '../finding';

export const database: Check = {
  name: 'clickhouse',
  summary: 'it answers, and has the tables of this version as they were made',
  runbook: 'E_CLICKHOUSE_TABLES',
  run: async ({ database: clickhouse }) => {
    const subject = `clickhouse ${clickhouse.url}`;
    let version: string;
    try {
      const [row] = await clickhouse.query<{ version: string }>('SELECT version() AS version');
      version = row?.version ?? 'unknown';
    } catch (error) {
      return [
        problem(
          subject,
          reasonOf(error),
          'Start ClickHouse, or correct CLICKHOUSE__URL and the user. Events wait in Kafka, as long as its retention lasts.',
          'E_CLICKHOUSE_UNAVAILABLE',
        ),
      ];
    }
    const [migrations, tables] = await Promise.all([
      migrationsOf(clickhouse.missingMigrations(), clickhouse.name),
      clickhouse.tableProblems(),
    ]);
    return [
      ok(subject, `Version ${version}.`),
      migrations,
      ...(tables.length === 0
        ? [ok('tables', 'Every table has the columns that this version writes.')]
        : tables.map((sentence) =>
            problem('tables', sentence, 'Until then the loader waits, and events stay in Kafka.'),
          )),
    ];
  },
};

async function migrationsOf(missing: Promise<readonly string[]>, name: string): Promise<Finding> {
  try {
    const names = await missing;
    if (names.length === 0) return ok('migrations', `The database ${name} has run all of this version.`);
    return problem(
      'migrations',
      `The database ${name} lacks ${names.join(', ')}.`,
      'Run the job `migrate` of this version.',
    );
  } catch (error) {
    return codeOf(error) === 'E_CLICKHOUSE_MIGRATION'
      ? problem(
          'migrations',
          reasonOf(error),
          'Use the build that ran it, or correct the checkout.',
          'E_CLICKHOUSE_MIGRATION',
        )
      : notChecked('migrations', reasonOf(error), 'Check the rights of CLICKHOUSE__USERNAME.');
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;
