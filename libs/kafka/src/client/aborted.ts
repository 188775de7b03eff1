import type { AbortedTransaction, FetchedMessage } from 'kafkajs/src/cluster';

/** The key of a control record: its version and its type, two bytes each. Type 0 ends what was undone. */
const TYPE_AT = 2;
const ABORT = 0;

/**
 * Marks the records of transactions that were undone as control records, which kafkajs counts and does not hand out.
 *
 * kafkajs' own filter takes the list of a fetch response for sorted by first offset, and at most one transaction to begin at a
 * record. Brokers list them in the order in which they ended, and a fetch may begin within several of them; so it lets records
 * through that were undone. The rule is that of Kafka's own consumer (`CompletedFetch.nextFetchedRecord`).
 *
 * @param messages of one partition, in the order of their offsets
 */
export function hideAborted(
  messages: readonly FetchedMessage[],
  aborted: readonly AbortedTransaction[],
): readonly FetchedMessage[] {
  if (aborted.length === 0) return messages;
  const coming = aborted
    .map(({ producerId, firstOffset }) => ({ producerId, first: BigInt(firstOffset) }))
    .sort((a, b) => (a.first < b.first ? -1 : 1));
  const open = new Set<string>();
  let next = 0;
  return messages.map((message) => {
    const offset = BigInt(message.offset);
    for (let begins = coming[next]; begins && begins.first <= offset; begins = coming[(next += 1)])
      open.add(begins.producerId);
    const { key, isControlRecord, batchContext } = message;
    if (isControlRecord) {
      if (key?.readInt16BE(TYPE_AT) === ABORT) open.delete(batchContext.producerId);
      return message;
    }
    return batchContext.inTransaction && open.has(batchContext.producerId)
      ? { ...message, isControlRecord: true }
      : message;
  });
}
