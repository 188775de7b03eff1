import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { Misconfigured } from '../errors';
import { fixtures } from '../testing/java-compressed.json';
import { type Codec, MAX_DECOMPRESSED_BYTES } from './codec';
import { compressionType, registerCodecs } from './index';
import { unpackLz4 } from './lz4';
import { unpackSnappy } from './snappy';

const unpack: Readonly<Record<string, (source: Buffer) => Buffer>> = { lz4: unpackLz4, snappy: unpackSnappy };

/** What came out, in bytes; -1 if the bytes were refused. */
function lengthOrError(read: () => Buffer | undefined): number {
  try {
    return read()?.length ?? Infinity;
  } catch {
    return -1;
  }
}

describe.each(fixtures)(
  "what Kafka's Java client wrote: $codec, $content",
  ({ codec, length, sha256, compressed }) => {
    const source = Buffer.from(compressed, 'base64');

    it('is read to the byte', () => {
      const value = unpack[codec]?.(source) ?? Buffer.alloc(0);
      expect(value).toHaveLength(length);
      expect(createHash('sha256').update(value).digest('base64')).toBe(sha256);
    });

    it('is an error, and nothing worse, when it was cut or changed', () => {
      fc.assert(
        fc.property(fc.nat(source.length - 1), fc.nat(255), (at, byte) => {
          const changed = Buffer.from(source);
          changed[at] = byte;
          for (const bytes of [changed, source.subarray(0, at)]) {
            expect(lengthOrError(() => unpack[codec]?.(bytes))).toBeLessThanOrEqual(MAX_DECOMPRESSED_BYTES);
          }
        }),
      );
    });
  },
);

it('reads a plain Snappy block, as clients other than the Java one write it', () => {
  // 10 bytes: a literal "ab", then 8 bytes from 2 before.
  expect(unpackSnappy(Buffer.from([10, 0x04, 0x61, 0x62, 0x11, 0x02])).toString()).toBe('ababababab');
});

it.each([
  ['a Snappy block of gigabytes', () => unpackSnappy(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]))],
  ['bytes that are no LZ4 frame', () => unpackLz4(Buffer.alloc(32))],
])('refuses %s', (_case, read) => {
  expect(read).toThrow();
});

describe('the codecs that kafkajs is taught', () => {
  registerCodecs();
  const codecOf = (type: Exclude<CompressionTypes, CompressionTypes.None>): Codec =>
    (CompressionCodecs[type] as () => Codec)();

  it('write and read zstd', async () => {
    const zstd = codecOf(CompressionTypes.ZSTD);
    const value = Buffer.from('event '.repeat(10_000));
    const packed = await zstd.compress({ buffer: value });
    expect(packed.length).toBeLessThan(200);
    expect((await zstd.decompress(packed)).equals(value)).toBe(true);
  });

  it('do not inflate without bounds', async () => {
    const bomb = zstdCompressSync(Buffer.alloc(300 * 1024 * 1024));
    await expect(codecOf(CompressionTypes.ZSTD).decompress(bomb)).rejects.toThrow();
  });

  it('only read what nobody should write any more', async () => {
    await expect(codecOf(CompressionTypes.LZ4).compress({ buffer: Buffer.alloc(1) })).rejects.toThrow(
      Misconfigured,
    );
    await expect(codecOf(CompressionTypes.Snappy).compress({ buffer: Buffer.alloc(1) })).rejects.toThrow(
      Misconfigured,
    );
  });

  it('are named by the setting', () => {
    expect([compressionType('none'), compressionType('gzip'), compressionType('zstd')]).toEqual([0, 1, 4]);
  });
});
