/** What HMAC-SHA-256 leaves of an identifier: 128 bits in hex; of a UUID a UUID of version 8 (docs/adr/0005). */
const PSEUDONYM = /^(?:[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/;

/** Whether a text has the form of a pseudonym. Little else has it. */
export const isPseudonym = (text: string): boolean => PSEUDONYM.test(text);
