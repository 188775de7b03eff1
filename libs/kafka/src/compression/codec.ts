import { Misconfigured } from '../errors';

/** The shape in which kafkajs wants a codec. */
export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

/** Most that one record batch may become: topics take 6 MiB compressed, and a few bytes of zeros can stand for gigabytes. */
export const MAX_DECOMPRESSED_BYTES = 256 * 1024 * 1024;

/** The work done at once; what it throws becomes a rejection, which is what kafkajs expects. */
export const promised = (work: () => Buffer): Promise<Buffer> => Promise.resolve().then(work);

/** A codec for what others wrote. */
export const readOnly = (name: string, decompress: (buffer: Buffer) => Buffer): Codec => ({
  compress: () =>
    Promise.reject(new Misconfigured(`${name} is only read. Set KAFKA__COMPRESSION to zstd, gzip or none.`)),
  decompress: (buffer) => promised(() => decompress(buffer)),
});

/** Says that the bytes were cut. */
export const cutShort = (): Error => new Error('the compressed bytes end too early');

/** The compressed bytes of a block, read one after the other. */
export class Packed {
  /** Where the next byte stands. */
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  next(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw cutShort();
    this.at += 1;
    return byte;
  }

  /** Hands the next bytes over as they are. */
  copy(count: number, to: Unpacked): void {
    to.append(this.bytes, this.at, count);
    this.at += count;
  }
}

/** Bytes that grow at the end, from which earlier ones can be repeated: what both LZ77 formats decode into. */
export class Unpacked {
  private bytes: Buffer;
  private length = 0;

  constructor(expected: number) {
    this.bytes = Buffer.allocUnsafe(bounded(expected));
  }

  append(source: Buffer, from: number, count: number): void {
    if (from + count > source.length) throw cutShort();
    this.reserve(count);
    source.copy(this.bytes, this.length, from, from + count);
    this.length += count;
  }

  /** Repeats `count` bytes from `distance` bytes before the end; they may overlap what they make. */
  repeat(distance: number, count: number): void {
    if (distance <= 0 || distance > this.length) throw new Error('a reference to before the first byte');
    this.reserve(count);
    const { bytes } = this;
    let to = this.length;
    if (distance >= count) bytes.copyWithin(to, to - distance, to - distance + count);
    else for (const end = to + count; to < end; to += 1) bytes[to] = bytes[to - distance] ?? 0;
    this.length += count;
  }

  /** What was decoded so far. */
  get value(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(
      Math.max(bounded(needed), Math.min(2 * needed, MAX_DECOMPRESSED_BYTES)),
    );
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

function bounded(bytes: number): number {
  if (bytes <= MAX_DECOMPRESSED_BYTES) return bytes;
  throw new Error(`a record batch of more than ${String(MAX_DECOMPRESSED_BYTES)} bytes`);
}
