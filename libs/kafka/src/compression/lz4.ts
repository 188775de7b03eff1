import { cutShort, Packed, readOnly, Unpacked } from './codec';

const MAGIC = 0x184d2204;
const FLAG_BLOCK_CHECKSUM = 0x10;
const FLAG_CONTENT_SIZE = 0x08;
const FLAG_CONTENT_CHECKSUM = 0x04;
const FLAG_DICTIONARY = 0x01;
const PLAIN = 0x80000000;
const MIN_MATCH = 4;

/** LZ4 in its frame format. Kafka has its own CRC over every batch, so the format's checksums are passed over. */
export const lz4 = readOnly('LZ4', unpackLz4);

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
export function unpackLz4(source: Buffer): Buffer {
  if (source.length < 7 || source.readUInt32LE(0) !== MAGIC) throw new Error('no LZ4 frame');
  const flags = source.readUInt8(4);
  if (flags & FLAG_DICTIONARY) throw new Error('an LZ4 frame that needs a dictionary');
  const checksum = flags & FLAG_BLOCK_CHECKSUM ? 4 : 0;
  // Magic, flags, block size, perhaps the content size, header checksum.
  let at = 7 + (flags & FLAG_CONTENT_SIZE ? 8 : 0);
  const unpacked = new Unpacked(source.length * 4);
  for (;;) {
    const head = source.readUInt32LE(at);
    at += 4;
    if (head === 0) break;
    const size = head & ~PLAIN;
    if (at + size > source.length) throw cutShort();
    if (head >= PLAIN) unpacked.append(source, at, size);
    else unpackBlock(source.subarray(at, at + size), unpacked);
    at += size + checksum;
  }
  if (flags & FLAG_CONTENT_CHECKSUM && at + 4 > source.length) throw cutShort();
  return unpacked.value;
}

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md */
function unpackBlock(block: Buffer, unpacked: Unpacked): void {
  const packed = new Packed(block);
  const extended = (short: number): number => {
    let length = short;
    if (short === 15) for (let byte = 255; byte === 255; length += byte) byte = packed.next();
    return length;
  };
  for (;;) {
    const token = packed.next();
    packed.copy(extended(token >> 4), unpacked);
    // The last sequence has no match.
    if (packed.at === block.length) return;
    const distance = packed.next() + packed.next() * 256;
    unpacked.repeat(distance, MIN_MATCH + extended(token & 15));
  }
}
