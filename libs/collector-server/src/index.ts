export { defineCollector, type CollectorParts, type OpenWriter } from './collector';
export type { PayloadWriter } from './payload-writer';
export type { StrictJudge } from './strict';
export { trackingConfig, type TrackingConfig } from './tracking-config';
