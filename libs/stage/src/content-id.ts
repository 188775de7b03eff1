import { createHash } from 'node:crypto';

const SEPARATOR = '\u001f';
/** Name space of the ids that Headwater derives itself: a random UUID, fixed for ever. */
const HEADWATER = 'b3c1e0a4-6f0d-4c7e-9a53-0f1d1a7f4e26';

/**
 * UUID version 5 (RFC 9562, section 5.5) of a name in a name space.
 *
 * @param namespace a UUID in its text form
 */
export function uuidV5(namespace: string, name: string): string {
  const digest = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest();
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** An id derived from content alone: the same parts always give the same UUID. */
export const contentId = (...parts: readonly string[]): string => uuidV5(HEADWATER, parts.join(SEPARATOR));
