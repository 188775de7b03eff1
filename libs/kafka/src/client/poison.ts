import type { KafkaMessage } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder';
import decodeBatch, { type DecodedBatch } from 'kafkajs/src/protocol/recordBatch/v0/decoder';
import response, { type FetchAnswer } from 'kafkajs/src/protocol/requests/fetch/v11/response';

/** A record batch that cannot be taken apart: its bytes are damaged, or it grows beyond what fits into memory. */
export interface Poison {
  readonly first: bigint;
  /** Offset of its last record. */
  readonly last: bigint;
  /** Never holds a part of the content. */
  readonly reason: string;
}

/** The message that stands for a poisoned batch; its offset is the last one of the batch. */
type PoisonMessage = KafkaMessage & { readonly poison: Poison };

export const poisonOf = (message: KafkaMessage): Poison | null =>
  (message as Partial<PoisonMessage>).poison ?? null;

/** First offset (8 bytes) and length (4 bytes) of a record batch. */
const BATCH_HEAD = 12;
/** Places in a record batch of format 2: attributes, and the distance from the first offset to the last one. */
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const BATCH_HEADER = 61;
const PRODUCER_AT = 43;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/**
 * Makes kafkajs' consumer survive a record batch that cannot be taken apart. By itself it throws away the whole fetch, with
 * what it holds of other partitions, stops for good, and does so again after every restart. Now the batch comes as one
 * message that says what is wrong; what lies before it in the partition comes as it is, what lies behind it does not.
 */
export function surviveBadBatches(): void {
  const { decode } = response;
  if (decode === tolerant) return;
  strict = decode;
  response.decode = tolerant;
}

let strict: typeof response.decode = response.decode;

async function tolerant(raw: Buffer): Promise<FetchAnswer> {
  try {
    return await strict(raw);
  } catch {
    return decodeTolerantly(raw);
  }
}

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

async function decodeRecordSet(decoder: Decoder): Promise<readonly KafkaMessage[]> {
  const size = decoder.readInt32();
  return size <= 0 || !decoder.canReadBytes(size) ? [] : messagesOf(decoder.readBytes(size));
}

/** The messages of a record set, up to the first batch that cannot be taken apart; the last batch may be cut. */
export async function messagesOf(recordSet: Buffer): Promise<readonly KafkaMessage[]> {
  const messages: KafkaMessage[] = [];
  for (let at = 0; at + BATCH_HEADER <= recordSet.length;) {
    const end = at + BATCH_HEAD + recordSet.readInt32BE(at + 8);
    if (end > recordSet.length) break;
    const batch = recordSet.subarray(at, end);
    try {
      messages.push(...(await decodeBatch(new Decoder(batch))).records);
    } catch (error) {
      messages.push(poisoned(batch, error));
      break;
    }
    at = end;
  }
  return messages;
}

function poisoned(batch: Buffer, error: unknown): PoisonMessage {
  const first = batch.readBigInt64BE(0);
  const last = first + BigInt(batch.readInt32BE(LAST_DELTA_AT));
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  const batchContext: DecodedBatch['records'][number]['batchContext'] = {
    producerId: String(batch.readBigInt64BE(PRODUCER_AT)),
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
  };
  return {
    key: null,
    value: null,
    timestamp: '0',
    attributes: 0,
    offset: String(last),
    headers: {},
    // kafkajs looks at these two, and does not declare them.
    ...{ isControlRecord: (attributes & CONTROL) !== 0, batchContext },
    poison: { first, last, reason: error instanceof Error ? error.message : String(error) },
  };
}
