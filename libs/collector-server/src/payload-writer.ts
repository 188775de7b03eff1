import type { Topic } from '@headwater/contracts';

/** All that the collector asks of the broker. `TopicWriter` of libs/kafka is one. */
export interface PayloadWriter {
  /**
   * Resolves once all in-sync replicas have the record.
   *
   * @throws a `ServiceError` when the broker does not have it, or may not: too much is waiting, no answer in time
   */
  write(topic: Topic, value: object): Promise<void>;
  /** Bytes that were handed over and are not acknowledged yet. */
  readonly pendingBytes: number;
  /** Null, or why writing would fail now: what is wrong, and what to do. */
  notReady(): string | null;
  /** Waits until everything handed over is written, and disconnects. */
  drain(): Promise<void>;
}

export const PAYLOAD_WRITER = Symbol('payload writer');
