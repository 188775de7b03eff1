import type { KafkaMessage } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder';
import decodeBatch from 'kafkajs/src/protocol/recordBatch/v0/decoder';
import type { FetchedMessage } from 'kafkajs/src/cluster';

/** A record batch that cannot be taken apart: its bytes are damaged, or it grows beyond what fits into memory. */
export interface Poison {
  readonly first: bigint;
  /** Offset of its last record. */
  readonly last: bigint;
  /** Never holds a part of the content. */
  readonly reason: string;
}

/** The message that stands for a poisoned batch; its offset is the last one of the batch. */
type PoisonMessage = FetchedMessage & { readonly poison: Poison };

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

/** The messages of a record set, up to the first batch that cannot be taken apart; the last batch may be cut. */
export async function messagesOf(recordSet: Buffer): Promise<readonly FetchedMessage[]> {
  const messages: FetchedMessage[] = [];
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
  return {
    key: null,
    value: null,
    timestamp: '0',
    attributes: 0,
    offset: String(last),
    headers: {},
    isControlRecord: (attributes & CONTROL) !== 0,
    batchContext: {
      producerId: String(batch.readBigInt64BE(PRODUCER_AT)),
      inTransaction: (attributes & TRANSACTIONAL) !== 0,
    },
    poison: { first, last, reason: error instanceof Error ? error.message : String(error) },
  };
}
