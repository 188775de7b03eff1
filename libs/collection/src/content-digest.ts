import { createHash } from 'node:crypto';

/** When a tracker sent an event, which it writes anew at each attempt. */
const SENT_AT = /"stm"\s*:\s*"?\d+"?/g;

/** What stays the same of an event, or of a body, when a tracker sends it again. SHA-256, hexadecimal. */
export const contentDigest = (bytes: Buffer): string =>
  createHash('sha256').update(bytes.toString('latin1').replace(SENT_AT, ''), 'latin1').digest('hex');
