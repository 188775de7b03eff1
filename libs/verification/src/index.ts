export { type Expectations, type Invariant, type Verdict } from './invariants/invariant';
export { invariants } from './invariants';
export { leaksIn, mayBeInInput, mayBeInPayload, SUSPICIOUS, type Found, type Leak } from './leaks/leaks';
export { Facts, type Sent } from './ledger/facts';
export {
  lineOf,
  readLine,
  runProblem,
  type EndLine,
  type GivenUpLine,
  type IntentLine,
  type LedgerLine,
  type OutcomeLine,
  type RunLine,
  type Status,
} from './ledger/lines';
export {
  digestSql,
  eventColumns,
  expectedParts,
  failedColumns,
  type CanonicalColumn,
} from './observed/canonical';
export { notLooked, type Look } from './observed/look';
export { Observations, type AlertSeen, type LagOfPartition, type StageTotals } from './observed/observations';
export { SeenInput, SeenRecords } from './observed/records';
export { resolve } from './observed/resolve';
export { SeenRows, type EventRow, type FailedRow } from './observed/rows';
export { roleOf } from './plan/classes';
export { payloadCount, plannedPayload, type PlannedPayload } from './plan/payload';
export { plannedEvent, type PlannedEvent } from './plan/planned-event';
export {
  defaultShares,
  eventClasses,
  PLAN_VERSION,
  sharesProblem,
  type EventClass,
  type Plan,
  type Shares,
} from './plan/plan';
export { exitCodes, reportOf, type Report } from './report/report';
export { reportText } from './report/text';
