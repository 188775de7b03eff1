export { defineCollector, type OpenWriter } from './collector';
export type { PayloadWriter } from './payload-writer';
export { trackingConfig, type TrackingConfig } from './tracking-config';
