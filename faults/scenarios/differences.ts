import { SESSION_TIMEOUT_MS } from '../world/world';

/** How every run differs from the matrix of faults, and why. What one scenario does otherwise, it says itself. */
export const differences: readonly string[] = [
  'Load: the matrix has 500 events a second and 100,000 events a row. Two cores carry brokers, registry, ClickHouse, Prometheus, nine services, the sender and the checker at once, so runs are made at the rates above, and a row has as many events as come while its faults last.',
  'Partitions: 6 with one broker, 3 with three of them: each is a transaction of its own at every stage, and there it is replicated three times.',
  `Sessions of consumers end after ${String(SESSION_TIMEOUT_MS / 1000)} s, not after 30 as in production: a hang must not cost half a minute more each time. What another takes over, and when the zombie wakes up, is the same.`,
  'Alert rules: a second stands for a minute, so that a fault of seconds fires what an outage of minutes would.',
];
