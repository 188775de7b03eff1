import { CompressionTypes } from 'kafkajs';
import { RecordBatch } from 'kafkajs/src/protocol/recordBatch/v0';
import Record from 'kafkajs/src/protocol/recordBatch/record/v0';
import { registerCodecs } from '../compression';
import { messagesOf, poisonOf } from './poison';

beforeAll(() => {
  registerCodecs();
});

/** A record batch as a producer writes it, at an offset. */
async function batch(
  first: bigint,
  values: readonly string[],
  compression: CompressionTypes,
): Promise<Buffer> {
  const records = values.map((value, offsetDelta) =>
    Record({ key: null, value: Buffer.from(value), offsetDelta, timestampDelta: 0, headers: {} }),
  );
  const encoder = await RecordBatch({
    compression,
    firstTimestamp: 1,
    maxTimestamp: 1,
    lastOffsetDelta: values.length - 1,
    records,
  });
  const { buffer } = encoder;
  buffer.writeBigInt64BE(first, 0);
  return buffer;
}

const damaged = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 70);
  return copy;
};

const seen = async (recordSet: Buffer): Promise<readonly unknown[]> =>
  (await messagesOf(recordSet)).map((message) => {
    const poison = poisonOf(message);
    return poison ? [poison.first, poison.last] : message.value?.toString();
  });

describe.each([
  ['gzip', CompressionTypes.GZIP],
  ['zstd', CompressionTypes.ZSTD],
  ['no codec', CompressionTypes.None],
])('a record set with %s', (_name, compression) => {
  const values = ['a'.repeat(50), 'b'.repeat(50), 'c'.repeat(50)];

  it('is read up to a damaged batch, which is named by its offsets', async () => {
    const [good, bad, behind] = await Promise.all([
      batch(10n, values, compression),
      batch(13n, values, compression),
      batch(16n, values, compression),
    ]);
    expect(await seen(Buffer.concat([good, behind]))).toEqual([...values, ...values]);
    expect(await seen(Buffer.concat([good, damaged(bad), behind]))).toEqual([...values, [13n, 15n]]);
    expect(await seen(damaged(bad))).toEqual([[13n, 15n]]);
  });

  it('may end within a batch', async () => {
    const whole = await batch(0n, values, compression);
    for (const length of [0, 11, 60, 61, whole.length - 1])
      expect(await seen(Buffer.concat([whole, whole.subarray(0, length)]))).toEqual(values);
  });
});
