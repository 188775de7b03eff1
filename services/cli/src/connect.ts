import { ClickHouse, ClickHouseUnavailable, TablesNotReady } from '@headwater/clickhouse';
import { loadConfig } from '@headwater/service-kit';
import { ServiceError } from '@headwater/stage';
import { readingConfig } from './config';

/** What has to be there is not, and what to do about it. */
export class NotThere extends ServiceError {
  override readonly code = 'E_NOT_THERE';
  override readonly retriable = false;
}

/** Runs `work` on the database of the installation and lets go of it afterwards. */
export async function withClickHouse<T>(
  env: NodeJS.ProcessEnv,
  work: (clickhouse: ClickHouse) => Promise<T>,
): Promise<T> {
  const { clickhouse: settings } = loadConfig(readingConfig, env);
  const clickhouse = new ClickHouse(settings);
  try {
    return await work(clickhouse);
  } catch (error) {
    if (error instanceof ClickHouseUnavailable)
      throw new NotThere(
        `ClickHouse does not answer at ${settings.url}. Start it (\`npm start\` brings up a whole installation), or name another with CLICKHOUSE__URL.`,
        { cause: error },
      );
    if (error instanceof TablesNotReady)
      throw new NotThere(
        `The database ${settings.database} at ${settings.url} does not have the tables of this version. Run the job \`migrate\`, or name another with CLICKHOUSE__DATABASE.`,
        { cause: error },
      );
    throw error;
  } finally {
    await clickhouse.close();
  }
}
