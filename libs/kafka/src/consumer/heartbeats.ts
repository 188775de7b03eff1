import type { EachBatchPayload } from 'kafkajs';

const INTERVAL_MS = 1_000;

/** Keeps this process a member of its group while it works on a batch. */
export class Heartbeats {
  private failure: Error | null = null;
  private readonly timer: NodeJS.Timeout;

  constructor(payload: EachBatchPayload) {
    this.timer = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => {
        this.failure = error instanceof Error ? error : new Error(String(error));
      });
    }, INTERVAL_MS);
  }

  /** @throws what the last heartbeat threw: the group has moved on, and the consumer must join it again */
  check(): void {
    if (this.failure) throw this.failure;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
