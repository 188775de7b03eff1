import { createHmac, hash } from 'node:crypto';
import { z } from 'zod';
import { isUuid } from '../protocol/kinds';
import { RecentlyUsed } from '../recently-used';
import { hmacSha256, type HmacSha256 } from './hmac';

const SEPARATOR = '\u001f';
const HOW_TO_MAKE = 'Make one with: openssl rand -base64 32';

/** One key under which identifiers become pseudonyms. */
export const pseudonymKey = z.object({
  id: z
    .string()
    .regex(/^[\w.-]{1,32}$/, 'a key id has 1 to 32 letters, digits, dots, dashes or underscores')
    .describe('Name of the key; travels with each event as pseudonym_key_id.'),
  secret: z
    .string()
    .min(32, `a key needs a secret of at least 32 characters. ${HOW_TO_MAKE}`)
    .describe('The secret. Who has it can link pseudonyms to persons.'),
  from: z.iso
    .datetime({ offset: true, error: 'expected a time such as 2026-01-01T00:00:00Z' })
    .optional()
    .describe('Collector time from which the key is used; without it, from the beginning.'),
  apps: z
    .array(z.string())
    .nonempty()
    .optional()
    .describe(
      'Apps that share this key and so one space of ids; without it, all apps, each in a space of its own.',
    ),
});

export type PseudonymKey = z.infer<typeof pseudonymKey>;

/** The keys of an installation. */
export const pseudonymKeys = z
  .array(pseudonymKey)
  .nonempty(`there must be at least one key. ${HOW_TO_MAKE}`)
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, {
    error: 'two keys have the same id, so their pseudonyms could not be told apart: give each its own',
  })
  .refine((keys) => keys.some(({ apps }) => apps === undefined), {
    error: 'every key is for certain apps, so events of other apps would have none: add a key without apps',
  });

/** Turns the identifiers of one app at one time into pseudonyms. */
export interface Pseudonymiser {
  readonly keyId: string;
  /**
   * HMAC-SHA-256 of an identifier, cut to 128 bits: 32 hex digits. For a UUID, and for the 16 hex digits that old
   * devices have in its place, it is a UUID of version 8 (RFC 9562, section 5.8), so that fields and schemas that ask
   * for a UUID still get one. UUIDs that differ in case only are one.
   */
  readonly pseudonymOf: (identifier: string) => string;
}

export interface Pseudonyms {
  /** @param time collector time of the event, milliseconds: says which key applies */
  readonly at: (appId: string, time: number) => Pseudonymiser;
  /**
   * Fingerprint of an event: 128 bits of a SHA-256 keyed by the app's oldest key, as 32 hex digits. Keyed, because who
   * knows the rest of an event could otherwise find a short `uid` by trying; by the oldest key, so that two copies of
   * one event are still recognised when a rotation lies between them. (A prefix is a sound key here because half of
   * the digest is cut off.)
   */
  readonly fingerprintOf: (appId: string, text: string) => string;
}

export interface PseudonymCache {
  /** Identifiers whose pseudonyms are remembered. A visitor's are asked for with every event. */
  readonly identifiers: number;
  /** Apps whose derived keys are remembered; app ids are made up by senders. */
  readonly apps: number;
}

/** Applies a set of keys. Each app gets its own secret, derived from the key, unless the key names the apps sharing it. */
export function createPseudonyms(
  keys: readonly PseudonymKey[],
  cache: PseudonymCache = { identifiers: 50_000, apps: 1_000 },
): Pseudonyms {
  const sorted = keys
    .map((key) => ({ ...key, start: key.from === undefined ? -Infinity : Date.parse(key.from) }))
    .sort((a, b) => a.start - b.start);
  const remembered = new RecentlyUsed<Remembered>(cache.identifiers);
  const rings = new RecentlyUsed<Ring>(cache.apps);

  const makeRing = (appId: string): Ring => {
    const own = sorted.filter(({ apps }) => apps?.includes(appId));
    const keysOfApp = own.length > 0 ? own : sorted.filter(({ apps }) => apps === undefined);
    return keysOfApp.map((key) => entryOf(key, appId, remembered));
  };
  const ringOf = (appId: string): Ring => rings.get(appId, makeRing);

  return {
    at: (appId, time) => {
      const ring = ringOf(appId);
      return (ring.findLast(({ start }) => start <= time) ?? oldest(ring)).pseudonymiser;
    },
    fingerprintOf: (appId, text) =>
      hash('sha256', oldest(ringOf(appId)).fingerprintPrefix + text, 'hex').slice(0, 32),
  };
}

interface RingEntry {
  /** Collector time from which it applies. */
  readonly start: number;
  readonly pseudonymiser: Pseudonymiser;
  readonly fingerprintPrefix: string;
}

/** The keys of one app, oldest first. */
type Ring = readonly RingEntry[];

function oldest(ring: Ring): RingEntry {
  const [first] = ring;
  if (!first) throw new Error('No pseudonym key applies to all apps. Add a key without apps.');
  return first;
}

function entryOf(
  key: PseudonymKey & { readonly start: number },
  appId: string,
  remembered: RecentlyUsed<Remembered>,
): RingEntry {
  const scope = key.apps ? ['apps', ...key.apps] : ['app', appId];
  const derive = (purpose: string): Buffer =>
    createHmac('sha256', key.secret)
      .update([purpose, ...scope].join(SEPARATOR))
      .digest();
  const space = hmacSha256(derive('pseudonym'));
  const make = (identifier: string): Remembered => ({ space, pseudonym: compute(space, identifier) });
  const pseudonymOf = (identifier: string): string => {
    const known = remembered.get(identifier, make);
    if (known.space === space) return known.pseudonym;
    const own = make(identifier);
    remembered.set(identifier, own);
    return own.pseudonym;
  };
  return {
    start: key.start,
    pseudonymiser: { keyId: key.id, pseudonymOf },
    fingerprintPrefix: derive('fingerprint').toString('hex'),
  };
}

/** A pseudonym and the space of ids that it is of: spaces rarely have an identifier in common, so one place is enough. */
interface Remembered {
  readonly space: HmacSha256;
  readonly pseudonym: string;
}

/** Identifiers of old devices, which stand where newer ones have a UUID. */
const SIXTEEN_HEX = /^[0-9a-f]{16}$/;

function compute(hmac: HmacSha256, identifier: string): string {
  const name = isUuid(identifier) ? identifier.toLowerCase() : identifier;
  const hex = hmac(name);
  return isUuid(name) || SIXTEEN_HEX.test(name) ? uuidV8(hex) : hex.slice(0, 32);
}

/** The first 32 hex digits as a UUID of version 8: six of the 128 bits give way to version and variant. */
function uuidV8(hex: string): string {
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
