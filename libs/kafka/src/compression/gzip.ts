import { promisify } from 'node:util';
import { gzip as compress, unzip as decompress } from 'node:zlib';
import { MAX_DECOMPRESSED_BYTES, type Codec } from './codec';

const [compressed, decompressed] = [promisify(compress), promisify(decompress)];

/** kafkajs has its own, which unpacks without a limit: a few kilobytes of zeros would take all memory. */
export const gzip: Codec = {
  compress: ({ buffer }) => compressed(buffer),
  decompress: (buffer) => decompressed(buffer, { maxOutputLength: MAX_DECOMPRESSED_BYTES }),
};
