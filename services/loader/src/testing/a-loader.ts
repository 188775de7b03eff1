import { ClickHouse, clickhouseConfig, migrate, tablesConfig } from '@headwater/clickhouse';
import type { Topic } from '@headwater/contracts';
import type { Batch, Output, Received } from '@headwater/stage';
import { BUILT_AT } from '@headwater/testing';
import { parametersOf } from '@headwater/validation';
import { Registry } from 'prom-client';
import { Loader } from '../loader';
import { LoaderMetrics } from '../loader-metrics';
import { TableWatch } from '../table-watch';

const silentLog = {
  debug: (): void => undefined,
  info: (): void => undefined,
  warn: (): void => undefined,
  error: (): void => undefined,
};

let made = 0;

/** A loader on a real ClickHouse, with a database of its own; what it writes to Kafka is kept in `outputs`. */
export async function aLoader(): Promise<{
  readonly clickhouse: ClickHouse;
  readonly loader: Loader;
  readonly outputs: Output[];
  drop(): Promise<void>;
}> {
  const url = process.env['HEADWATER_TEST_CLICKHOUSE_URL'];
  if (url === undefined)
    throw new Error(
      'HEADWATER_TEST_CLICKHOUSE_URL is not set. Run these tests with `npx jest --config tools/stack/jest.clickhouse.config.cjs`, which starts ClickHouse.',
    );
  made += 1;
  const clickhouse = new ClickHouse(
    clickhouseConfig.parse({ url, database: `loader_${process.pid}_${Date.now()}_${made}` }),
  );
  // The records that tests build are of a fixed day, which the usual retention would leave out some day.
  await migrate(clickhouse, silentLog, {
    tables: tablesConfig.parse({
      eventsDays: 7_300,
      failedEventsDays: 7_300,
      stageCountsDays: 7_300,
      qualityAlertsDays: 7_300,
    }),
  });
  const outputs: Output[] = [];
  const loader = new Loader({
    clickhouse,
    guard: new TableWatch(clickhouse, silentLog),
    writer: {
      writeAll: (written) => {
        outputs.push(...written);
        return Promise.resolve();
      },
    },
    processor: 'headwater-loader/test',
    parametersOf,
    metrics: new LoaderMetrics(new Registry()),
    log: silentLog,
    now: () => BUILT_AT + 2_000,
  });
  const drop = async (): Promise<void> => {
    await clickhouse.command(`DROP DATABASE \`${clickhouse.database}\``);
    await clickhouse.close();
  };
  return { clickhouse, loader, outputs, drop };
}

/** A batch of these values, from offset `first` on. */
export function aBatch<T extends object>(topic: Topic, values: readonly T[], first = 0n): Batch<T> {
  const records = values.map((value, index): Received<T> => ({
    offset: first + BigInt(index),
    timestamp: BUILT_AT + 500,
    value,
  }));
  return { topic, partition: 0, first, next: first + BigInt(values.length), records, lag: 0 };
}
