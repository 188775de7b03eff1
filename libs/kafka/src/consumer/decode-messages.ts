import type { Received, Undecodable } from '@headwater/stage';
import type { KafkaMessage } from 'kafkajs';
import { undecodable, type TopicCodec } from '../avro/topic-codec';

/**
 * Decodes records in order. `teach` is called for each schema id that the codec has not met, and must make it known.
 *
 * @throws what `teach` throws
 */
export async function decodeMessages(
  codec: TopicCodec,
  messages: readonly KafkaMessage[],
  teach: (id: number) => Promise<void>,
): Promise<(Received<object> | Undecodable)[]> {
  const records = new Array<Received<object> | Undecodable>(messages.length);
  for (let at = 0; at < messages.length; at += 1) {
    const message = messages[at];
    if (!message) continue;
    const offset = BigInt(message.offset);
    const timestamp = Number(message.timestamp);
    let decoded = codec.decode(message.value);
    if ('unknownId' in decoded) {
      await teach(decoded.unknownId);
      decoded = codec.decode(message.value);
    }
    if ('value' in decoded) records[at] = { offset, timestamp, value: decoded.value };
    else
      records[at] = undecodable(
        offset,
        timestamp,
        message.value,
        'reason' in decoded ? decoded.reason : `its schema ${String(decoded.unknownId)} is not known`,
      );
  }
  return records;
}
