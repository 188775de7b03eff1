import { ServiceError } from '@headwater/stage';
import type { Look } from '@headwater/verification';
import { refusalIn } from './refusal';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** How long a look is tried again, and on which clock. */
export interface Patience {
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly stop: AbortSignal;
}

/**
 * Looks, and again with growing pauses while what is looked at is out of order. An outage of ours is never a fault of the
 * run: when the time is over, it says why nothing was seen. Where this user is refused, it says so at once.
 */
export async function patiently<T>(look: () => Promise<T>, patience: Patience): Promise<Look<T>> {
  const { until, now, sleep, stop } = patience;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    try {
      return { kind: 'seen', value: await look() };
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal !== null) return { kind: 'failed', why: refusal };
      if (!isOfInfrastructure(error)) throw error;
      const heals = !(error instanceof ServiceError) || error.retriable;
      if (!heals || stop.aborted || now() + pause > until) return { kind: 'failed', why: error.message };
      await sleep(pause);
    }
  }
}

const isOfInfrastructure = (error: unknown): error is Error =>
  error instanceof ServiceError ||
  (error instanceof Error &&
    ('code' in error || error.cause !== undefined || error.name.startsWith('Kafka')));
