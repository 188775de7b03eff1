import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { CompressionCodecs, CompressionTypes, Kafka, logLevel } from 'kafkajs';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** kafkajs as it comes, and able to read and write zstd: the topics that our services write use it. */
export function plainKafka(brokers: string): Kafka {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { buffer: Buffer }) =>
      compress(buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
  return new Kafka({ brokers: brokers.split(/, */), clientId: 'bench', logLevel: logLevel.NOTHING });
}

export const compressionOf = (name: string): CompressionTypes =>
  name === 'zstd' ? CompressionTypes.ZSTD : CompressionTypes.None;
