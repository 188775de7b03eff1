import { FIRST_TIME, LAST_TIME } from './kinds';

interface Clocks {
  readonly collector_tstamp: number;
  readonly dvce_created_tstamp: number | null;
  readonly dvce_sent_tstamp: number | null;
  readonly true_tstamp: number | null;
}

/**
 * Best estimate of when an event happened, in plain milliseconds: the time the tracker vouches for; else the
 * collector's time less what the device waited before it sent; else the collector's time. An estimate outside the
 * years 0 to 9999 says that the device's clock is broken, so the collector's time is taken.
 */
export function derivedTstamp(clocks: Clocks): number {
  const { collector_tstamp, dvce_created_tstamp: created, dvce_sent_tstamp: sent, true_tstamp } = clocks;
  if (true_tstamp !== null) return true_tstamp;
  if (created === null || sent === null || created >= sent) return collector_tstamp;
  const derived = collector_tstamp - (sent - created);
  return derived >= FIRST_TIME && derived <= LAST_TIME ? derived : collector_tstamp;
}
