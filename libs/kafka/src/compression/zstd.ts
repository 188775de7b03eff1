import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { Codec } from './codec';
import { MAX_DECOMPRESSED_BYTES } from './codec';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Zstandard by Node's own zlib. */
export const zstd = (level: number): Codec => ({
  compress: ({ buffer }) => compress(buffer, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  decompress: (buffer) => decompress(buffer, { maxOutputLength: MAX_DECOMPRESSED_BYTES }),
});
