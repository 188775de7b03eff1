import type { Scenario } from '../scenario';

/**
 * What scenarios with three brokers share: services may answer such a fault by ending, and are started again; and it takes
 * groups and leaders a while to find each other.
 */
export const inCluster = {
  world: 'three brokers',
  atOnce: 5,
  recoverSeconds: 120,
  supervised: true,
} as const satisfies Partial<Scenario>;
