import { keyOf, type Topic } from '@headwater/contracts';
import type { Output, TooLarge } from '@headwater/stage';
import type { Codecs } from '../avro/schema-registry';
import type { TopicCodec } from '../avro/topic-codec';
import type { ValueBuffer } from '../avro/value-buffer';
import { Misconfigured } from '../errors';
import { largestRecord, sizeOf, type Encoded } from './cut-sends';
import { partitionOf } from './murmur2';

/** Number of partitions of each topic, by name without prefix. */
export type PartitionCounts = ReadonlyMap<string, number>;

/** Turns outputs into records: value under our schema, key as the topic table says, partition as the Java client chooses. */
export class OutputEncoder {
  private turn = 0;

  constructor(
    private readonly codecs: Codecs,
    private readonly partitions: PartitionCounts,
  ) {}

  /** Encodes into `buffer`. What no record of its topic can hold comes back as too large. */
  encode(
    outputs: readonly Output[],
    buffer: ValueBuffer,
  ): { readonly records: readonly Encoded[]; readonly tooLarge: readonly TooLarge[] } {
    // Records without a key share a partition per call: few large batches instead of many small ones.
    this.turn = (this.turn + 1) & 0x3fffffff;
    const records: Encoded[] = [];
    const tooLarge: TooLarge[] = [];
    for (const output of outputs) {
      const { topic } = output;
      const value = buffer.append(this.codecOf(topic), output.value);
      const text = keyOf(topic, output.value);
      const key = text === null ? null : buffer.appendText(text);
      const count = this.countOf(topic);
      const partition = key === null ? this.turn % count : partitionOf(key, count);
      const record = { topic, partition, key, value };
      const size = sizeOf(record);
      if (size > largestRecord(topic))
        tooLarge.push({ output, actualBytes: size, maximumBytes: largestRecord(topic) });
      else records.push(record);
    }
    return { records, tooLarge };
  }

  codecOf({ name }: Topic): TopicCodec {
    const codec = this.codecs.get(name);
    if (codec) return codec;
    throw new Misconfigured(
      `Nothing was prepared for writing to ${name}. Name the topic where the writer is made.`,
    );
  }

  private countOf({ name }: Topic): number {
    const count = this.partitions.get(name);
    if (count !== undefined && count > 0) return count;
    throw new Misconfigured(`The topic ${name} does not exist on the brokers. Run the job "topics".`);
  }
}
