export { checks } from './checks';
export { defineCheck, type Check, type CheckContext, type Observation, type Watcher } from './checks/check';
export type { LinkName, LinkSighting, Offsets } from './counts/link-watch';
export { QualityMonitor, type Intake, type MonitorStatus } from './monitor';
export { qualityConfig, type QualitySettings } from './settings';
