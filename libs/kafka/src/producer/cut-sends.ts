import type { Topic } from '@headwater/contracts';

/** Header of a record batch of format 2, bytes. */
export const BATCH_OVERHEAD = 61;
/** Most that lengths, deltas and attributes add to a record, bytes. */
export const RECORD_OVERHEAD = 32;
/** Part of a topic's limit that is used: compression may enlarge what cannot be compressed. */
const USABLE = 0.9;
/** Bytes of one request: far below the broker's `socket.request.max.bytes` (100 MiB). */
export const MAX_SEND_BYTES = 16 * 1024 * 1024;

/** A record, ready to be written. */
export interface Encoded {
  readonly topic: Topic;
  readonly partition: number;
  readonly key: Buffer | null;
  readonly value: Buffer;
}

/** Most bytes that {@link sizeOf} a record may have in a topic. */
export const largestRecord = (topic: Topic): number =>
  Math.floor(topic.maxMessageBytes * USABLE) - BATCH_OVERHEAD;

/** Bytes a record takes in its batch, at most, before compression. */
export const sizeOf = ({ key, value }: Pick<Encoded, 'key' | 'value'>): number =>
  RECORD_OVERHEAD + value.length + (key?.length ?? 0);

/**
 * Cuts records into sends. kafkajs makes one batch per partition of each send, and Kafka's size limit is per batch: so in
 * every send each partition stays below the limit of its topic. The order is kept.
 */
export function cutSends(records: readonly Encoded[]): readonly (readonly Encoded[])[] {
  const sends: Encoded[][] = [];
  let send: Encoded[] = [];
  let total = 0;
  let byPartition = new Map<string, number>();
  for (const record of records) {
    const place = `${record.topic.name}/${String(record.partition)}`;
    const size = sizeOf(record);
    const used = byPartition.get(place) ?? 0;
    if (send.length > 0 && (used + size > largestRecord(record.topic) || total + size > MAX_SEND_BYTES)) {
      sends.push(send);
      send = [];
      total = 0;
      byPartition = new Map();
    }
    byPartition.set(place, (byPartition.get(place) ?? 0) + size);
    send.push(record);
    total += size;
  }
  if (send.length > 0) sends.push(send);
  return sends;
}
