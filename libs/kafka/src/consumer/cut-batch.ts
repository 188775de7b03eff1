import type { KafkaMessage } from 'kafkajs';

/** A part of a fetch that is handled as one batch. */
export interface Cut {
  readonly messages: readonly [KafkaMessage, ...KafkaMessage[]];
  /** Offset of the first record. */
  readonly first: bigint;
  /** Offset after the last record. */
  readonly next: bigint;
  /** What is committed once the cut is done: behind control records too, where they follow at once. */
  readonly commit: bigint;
}

/**
 * Cuts a fetch into batches of at most `maxRecords` records and about `maxBytes` bytes of values, at least one record each.
 *
 * @param lastOffset offset of the last record of the fetch, whether it is a control record or not
 */
export function cutBatch(
  messages: readonly KafkaMessage[],
  lastOffset: bigint,
  limits: { readonly maxRecords: number; readonly maxBytes: number },
): readonly Cut[] {
  const cuts: Cut[] = [];
  let from = 0;
  let bytes = 0;
  for (let at = 0; at < messages.length; at += 1) {
    const size = messages[at]?.value?.length ?? 0;
    if (at > from && (at - from >= limits.maxRecords || bytes + size > limits.maxBytes)) {
      pushCut(cuts, messages.slice(from, at), null);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  pushCut(cuts, messages.slice(from), lastOffset);
  return cuts;
}

function pushCut(cuts: Cut[], messages: readonly KafkaMessage[], lastOffset: bigint | null): void {
  const [head, ...rest] = messages;
  const tail = messages.at(-1);
  if (!head || !tail) return;
  const next = BigInt(tail.offset) + 1n;
  const commit = lastOffset !== null && lastOffset >= next ? lastOffset + 1n : next;
  cuts.push({ messages: [head, ...rest], first: BigInt(head.offset), next, commit });
}
