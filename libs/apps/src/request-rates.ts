import type { App, AppRegistry } from './registry';
import { TokenBucket } from './token-bucket';

/** Seconds of its rate that an app may send at once. */
const BURST_SECONDS = 2;

/** Says of a request of an app how many seconds it must wait; 0: it may pass. */
export type RequestRates = (app: Pick<App, 'id'>, now: number) => number;

/** Makes the limits of requests by app. Each app has a bucket of its own, so that none empties another's. */
export function createRequestRates({ apps }: AppRegistry): RequestRates {
  const buckets = new Map(
    apps.flatMap(({ id, requestsPerSecond, requestBurst }): readonly (readonly [string, TokenBucket])[] => {
      if (requestsPerSecond === undefined) return [];
      const burst = requestBurst ?? Math.max(1, requestsPerSecond * BURST_SECONDS);
      return [[id, new TokenBucket(requestsPerSecond, burst)]];
    }),
  );
  return ({ id }, now) => {
    const bucket = buckets.get(id);
    return bucket === undefined || bucket.take(now) ? 0 : bucket.secondsUntilNext();
  };
}
