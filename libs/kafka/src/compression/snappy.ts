import { cutShort, Packed, readOnly, Unpacked } from './codec';

/** Stream header of snappy-java, which the Java client writes: the format's name, then a version and the oldest reader. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

/** Snappy, as the Java client frames it or as one plain block. */
export const snappy = readOnly('Snappy', unpackSnappy);

/** https://github.com/google/snappy/blob/main/format_description.txt, and the block stream of snappy-java around it. */
export function unpackSnappy(source: Buffer): Buffer {
  if (!source.subarray(0, XERIAL.length).equals(XERIAL)) return unpackBlock(source);
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER_BYTES; at < source.length;) {
    const size = source.readInt32BE(at);
    if (size < 0 || at + 4 + size > source.length) throw cutShort();
    blocks.push(unpackBlock(source.subarray(at + 4, at + 4 + size)));
    at += 4 + size;
  }
  return Buffer.concat(blocks);
}

function unpackBlock(source: Buffer): Buffer {
  const packed = new Packed(source);
  const little = (bytes: number): number => {
    let value = 0;
    for (let index = 0; index < bytes; index += 1) value += packed.next() * 256 ** index;
    return value;
  };

  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = packed.next();
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
    if (shift > 28) throw new Error('a length of more than 32 bits');
  }
  const unpacked = new Unpacked(length);
  while (packed.at < source.length) {
    const tag = packed.next();
    const upper = tag >> 2;
    switch (tag & 3) {
      case 0:
        packed.copy(1 + (upper < 60 ? upper : little(upper - 59)), unpacked);
        break;
      case 1:
        unpacked.repeat((upper >> 3) * 256 + packed.next(), 4 + (upper & 7));
        break;
      case 2:
        unpacked.repeat(little(2), 1 + upper);
        break;
      default:
        unpacked.repeat(little(4), 1 + upper);
    }
  }
  if (unpacked.value.length !== length) throw new Error('a block of another length than it says');
  return unpacked.value;
}
