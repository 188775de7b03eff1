import type { Topic } from '@headwater/contracts';

/** One record read from a topic, decoded. */
export interface Received<T> {
  readonly offset: bigint;
  /** Time the broker or producer gave the record, milliseconds. */
  readonly timestamp: number;
  readonly value: T;
}

/** A record whose bytes are not what the topic holds: it is reported by reference, never copied. */
export interface Undecodable {
  readonly offset: bigint;
  readonly timestamp: number;
  readonly undecodable: { readonly reason: string; readonly length: number; readonly sha256: string };
}

/** Records of one partition, in order, cut at a stable boundary. */
export interface Batch<T> extends StreamedBatch<T> {
  readonly records: readonly (Received<T> | Undecodable)[];
}

/** A batch whose records are decoded while they are read, and again each time that they are. */
export interface StreamedBatch<T> {
  readonly topic: Topic;
  readonly partition: number;
  /** First offset that the batch covers. */
  readonly first: bigint;
  /** Offset after the last one that the batch covers: what is committed once it is done. */
  readonly next: bigint;
  readonly records: Iterable<Received<T> | Undecodable>;
  /** Records that the partition still holds behind this batch. */
  readonly lag: number;
}

export const isUndecodable = <T>(record: Received<T> | Undecodable): record is Undecodable =>
  'undecodable' in record;

/** One record to write. Key and wire format follow from the topic. */
export interface Output {
  readonly topic: Topic;
  readonly value: object;
}

/** An output that no record of its topic can hold. */
export interface TooLarge {
  readonly output: Output;
  readonly actualBytes: number;
  readonly maximumBytes: number;
}

/**
 * What a stage makes of a batch. The writer encodes `outputs` first and hands those that are too large to `complete`,
 * which turns them into failed events and adds the stage counts; all of it is written together with the input offsets.
 */
export interface Routed {
  readonly outputs: readonly Output[];
  complete(tooLarge: readonly TooLarge[]): readonly Output[];
}
