import { createHmac, hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
/** Longer texts, which no identifier should be, take the slow way. */
const SHORT_CHARACTERS = 512;
const MOST_BYTES_OF_A_CHARACTER = 3;

/** HMAC-SHA-256 of a text in UTF-8, as 64 hex digits. */
export type HmacSha256 = (text: string) => string;

/**
 * HMAC (RFC 2104) with a key of at most 64 bytes, by two calls of Node's one-shot hash: `createHmac` makes an object that
 * the garbage collector has to clear away, which costs twice the hashing of a short text.
 */
export function hmacSha256(key: Buffer): HmacSha256 {
  if (key.length > BLOCK_BYTES) throw new Error(`A key of ${BLOCK_BYTES} bytes at most is expected.`);
  const inner = padded(key, INNER_PAD, SHORT_CHARACTERS * MOST_BYTES_OF_A_CHARACTER);
  const outer = padded(key, OUTER_PAD, DIGEST_BYTES);
  return (text) => {
    if (text.length > SHORT_CHARACTERS) return createHmac('sha256', key).update(text, 'utf8').digest('hex');
    const end = BLOCK_BYTES + inner.write(text, BLOCK_BYTES, 'utf8');
    outer.write(hash('sha256', inner.subarray(0, end), 'binary'), BLOCK_BYTES, 'binary');
    return hash('sha256', outer, 'hex');
  };
}

/** A buffer that begins with the padded key and has room behind it. */
function padded(key: Buffer, pad: number, room: number): Buffer {
  const buffer = Buffer.alloc(BLOCK_BYTES + room);
  for (let at = 0; at < BLOCK_BYTES; at += 1) buffer[at] = (key[at] ?? 0) ^ pad;
  return buffer;
}
