const M = 0x5bd1e995;
const SEED = 0x9747b28c;

/** MurmurHash 2, 32 bits, as in `org.apache.kafka.common.utils.Utils.murmur2`. */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  let hash = SEED ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k =
      byteAt(data, i) |
      (byteAt(data, i + 1) << 8) |
      (byteAt(data, i + 2) << 16) |
      (byteAt(data, i + 3) << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    hash = Math.imul(hash, M) ^ k;
  }
  const rest = length - i;
  if (rest === 3) hash ^= byteAt(data, i + 2) << 16;
  if (rest >= 2) hash ^= byteAt(data, i + 1) << 8;
  if (rest >= 1) {
    hash ^= byteAt(data, i);
    hash = Math.imul(hash, M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/** The partition that the Java client's partitioner chooses for a key. */
export const partitionOf = (key: Uint8Array, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions;

const byteAt = (data: Uint8Array, index: number): number => data[index] ?? 0;
