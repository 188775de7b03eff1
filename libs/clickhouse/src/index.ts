export { ClickHouse } from './clickhouse';
export { clickhouseConfig, tablesConfig, type ClickHouseConfig, type TablesConfig } from './config';
export {
  ClickHouseAccessDenied,
  ClickHouseFault,
  ClickHouseUnavailable,
  ContentRefused,
  TablesNotReady,
} from './errors';
export {
  migrate,
  MigrationConflict,
  missingMigrations,
  type Applied,
  type MigrateOptions,
  type Migration,
  type MigrationLog,
} from './migrate';
export { migrations } from './generated/migrations';
export { BlockEncoder, encodeBlock, UnencodableValue, type Block } from './native/encode-block';
export { unfitRows, type UnfitRow } from './native/fitting-rows';
export { typeName, type NativeColumn, type NativeType } from './native/types';
export { tableProblem, type ExpectedColumn } from './table-shape';
