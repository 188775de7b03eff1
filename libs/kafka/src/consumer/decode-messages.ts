import { isUndecodable, type Received, type Undecodable } from '@headwater/stage';
import type { KafkaMessage } from 'kafkajs';
import { schemaIdOf, undecodable, type Reason, type TopicCodec } from '../avro/topic-codec';

/** Ids of schemas whose records are not decoded, and why. */
export type UnknownSchemas = ReadonlyMap<number, Reason>;

/** Ids of the schemas that records say they were written with. */
export function schemasIn(messages: readonly Pick<KafkaMessage, 'value'>[]): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const { value } of messages) {
    const id = schemaIdOf(value);
    if (id !== null) ids.add(id);
  }
  return ids;
}

/**
 * Makes schemas known, and returns those whose records cannot be decoded. `teach` is called for each that the codec has not met.
 *
 * @throws what `teach` throws
 */
export async function learnSchemas(
  codec: TopicCodec,
  ids: Iterable<number>,
  teach: (id: number) => Promise<void>,
): Promise<UnknownSchemas> {
  const unknown = new Map<number, Reason>();
  for (const id of ids) {
    if (codec.asksFor(id)) await teach(id);
    const reason = codec.whyNot(id);
    if (reason !== null) unknown.set(id, reason);
  }
  return unknown;
}

/** Decodes a record. Its schema has to be known to the codec, or unknown on purpose. */
function decodeMessage(
  codec: TopicCodec,
  message: KafkaMessage,
  unknown: UnknownSchemas,
): Received<object> | Undecodable {
  const offset = BigInt(message.offset);
  const timestamp = Number(message.timestamp);
  const reason = unknown.size === 0 ? undefined : unknown.get(schemaIdOf(message.value) ?? Number.NaN);
  const decoded = reason === undefined ? codec.decode(message.value) : { reason };
  return 'value' in decoded
    ? { offset, timestamp, value: decoded.value }
    : undecodable(offset, timestamp, message.value, decoded.reason);
}

/**
 * Records that are decoded each time that they are read: only their bytes stay in memory. Which ones can be is settled
 * beforehand: a schema that becomes known between two readings changes nothing.
 */
export class StreamedRecords implements Iterable<Received<object> | Undecodable> {
  private told = false;

  /** @param onUndecodable called once, when all have been read for the first time and some could not be decoded */
  constructor(
    private readonly codec: TopicCodec,
    private readonly messages: readonly KafkaMessage[],
    private readonly unknown: UnknownSchemas,
    private readonly onUndecodable: (count: number) => void,
  ) {}

  *[Symbol.iterator](): Generator<Received<object> | Undecodable, void> {
    let bad = 0;
    for (const message of this.messages) {
      const record = decodeMessage(this.codec, message, this.unknown);
      if (isUndecodable(record)) bad += 1;
      yield record;
    }
    if (bad > 0 && !this.told) this.onUndecodable(bad);
    this.told = true;
  }
}
