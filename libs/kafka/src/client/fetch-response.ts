import type { FetchedMessage, FetchedPartition } from 'kafkajs/src/cluster';
import Decoder from 'kafkajs/src/protocol/decoder';
import response, { type FetchAnswer } from 'kafkajs/src/protocol/requests/fetch/v11/response';
import { hideAborted } from './aborted';
import { messagesOf } from './poison';

/**
 * Mends how kafkajs takes the answer to a fetch apart, for its consumer as for our own readers.
 *
 * A record batch that cannot be taken apart makes it throw away the whole fetch, with what it holds of other partitions, stop
 * for good, and do so again after every restart. Now the batch comes as one message that says what is wrong; what lies before
 * it in the partition comes as it is, what lies behind it does not.
 *
 * And it shows records of transactions that were undone: see {@link hideAborted}.
 */
export function mendFetches(): void {
  const { decode } = response;
  if (decode === mended) return;
  strict = decode;
  response.decode = mended;
}

let strict: typeof response.decode = response.decode;

async function mended(raw: Buffer): Promise<FetchAnswer> {
  const answer = await strict(raw).catch(() => decodeTolerantly(raw));
  return {
    ...answer,
    responses: answer.responses.map((topic) => ({
      ...topic,
      partitions: topic.partitions.map(withoutAborted),
    })),
  };
}

const withoutAborted = (partition: FetchedPartition): FetchedPartition => ({
  ...partition,
  messages: hideAborted(partition.messages, partition.abortedTransactions),
  // Nothing is left to do for kafkajs.
  abortedTransactions: [],
});

/** Fetch response, version 11: as kafkajs decodes it, but for the record sets. */
async function decodeTolerantly(raw: Buffer): Promise<FetchAnswer> {
  const decoder = new Decoder(raw);
  const clientSideThrottleTime = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const sessionId = decoder.readInt32();
  const responses = await decoder.readArrayAsync(async (topic) => ({
    topicName: topic.readString(),
    partitions: await topic.readArrayAsync(async (partition) => ({
      partition: partition.readInt32(),
      errorCode: partition.readInt16(),
      highWatermark: partition.readInt64().toString(),
      lastStableOffset: partition.readInt64().toString(),
      lastStartOffset: partition.readInt64().toString(),
      abortedTransactions: partition.readArray((aborted) => ({
        producerId: aborted.readInt64().toString(),
        firstOffset: aborted.readInt64().toString(),
      })),
      preferredReadReplica: partition.readInt32(),
      messages: await decodeRecordSet(partition),
    })),
  }));
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function decodeRecordSet(decoder: Decoder): Promise<readonly FetchedMessage[]> {
  const size = decoder.readInt32();
  return size <= 0 || !decoder.canReadBytes(size) ? [] : messagesOf(decoder.readBytes(size));
}
