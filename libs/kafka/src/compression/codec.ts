/** The shape in which kafkajs wants a codec. */
export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

/** Most that one record batch may become: topics allow 6 MiB compressed, and a few bytes of zeros can stand for gigabytes. */
export const MAX_DECOMPRESSED_BYTES = 256 * 1024 * 1024;
