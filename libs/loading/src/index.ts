export { columnsOf, type Column, type TextHint, type TextHints, type WireType } from './columns';
export {
  MAX_KEPT_TEXT,
  minimalFailedEvent,
  refusedRow,
  undecodableRow,
  type ParametersOf,
  type Place,
} from './failed-rows';
export { databaseGrantsOf, databaseRoles, roleNameOf, type DatabaseRole } from './database-rights';
export { countLoaded, prepare, withValues, type FailedRow, type LoadedMark, type Prepared } from './prepare';
export { afterRefusal, tokenOf, type AfterRefusal, type LoadRange, type Row, type RowMark } from './range';
export { allTables, tables, type AnyTable, type Table } from './tables';
