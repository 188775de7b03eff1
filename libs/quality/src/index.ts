export { checks } from './checks';
export { defineCheck, type Check, type CheckContext, type Observation, type Watcher } from './checks/check';
export type { LinkName, LinkSighting, Offsets } from './counts/link-watch';
export { ALL_APPS, flow, unitsOf, type Units } from './counts/tally';
export { QualityMonitor, type Intake, type MonitorStatus } from './monitor';
export { qualityConfig, type QualitySettings } from './settings';
