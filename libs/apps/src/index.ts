export { createAdmission, type Admission, type Admit, type Shown } from './admission';
export type { RecordPosition } from './grants';
export { createMembership, type Entrant, type Membership, type MembershipOptions } from './membership';
export { readRegistry, registrySchema, type App, type AppRegistry } from './registry';
export { createRequestRates, type RequestRates } from './request-rates';
