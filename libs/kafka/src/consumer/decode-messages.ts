import { isUndecodable, type Received, type Undecodable } from '@headwater/stage';
import type { KafkaMessage } from 'kafkajs';
import { undecodable, type TopicCodec } from '../avro/topic-codec';

/**
 * Makes every schema known that the records were written with. `teach` is called for each id that the codec has not met.
 *
 * @throws what `teach` throws
 */
export async function learnSchemas(
  codec: TopicCodec,
  messages: readonly KafkaMessage[],
  teach: (id: number) => Promise<void>,
): Promise<void> {
  for (const { value } of messages) {
    const id = codec.unknownId(value);
    if (id !== null) await teach(id);
  }
}

/** Decodes a record. Its schema has to be known to the codec. */
function decodeMessage(codec: TopicCodec, message: KafkaMessage): Received<object> | Undecodable {
  const offset = BigInt(message.offset);
  const timestamp = Number(message.timestamp);
  const decoded = codec.decode(message.value);
  return 'value' in decoded
    ? { offset, timestamp, value: decoded.value }
    : undecodable(offset, timestamp, message.value, decoded.reason);
}

/** Records that are decoded each time that they are read: only their bytes stay in memory. */
export class StreamedRecords implements Iterable<Received<object> | Undecodable> {
  private told = false;

  /** @param onUndecodable called once, when all have been read for the first time and some could not be decoded */
  constructor(
    private readonly codec: TopicCodec,
    private readonly messages: readonly KafkaMessage[],
    private readonly onUndecodable: (count: number) => void,
  ) {}

  *[Symbol.iterator](): Generator<Received<object> | Undecodable, void> {
    let bad = 0;
    for (const message of this.messages) {
      const record = decodeMessage(this.codec, message);
      if (isUndecodable(record)) bad += 1;
      yield record;
    }
    if (bad > 0 && !this.told) this.onUndecodable(bad);
    this.told = true;
  }
}
