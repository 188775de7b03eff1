import type { Failure } from '@headwater/contracts';

export type NonEmpty<T> = readonly [T, ...T[]];

/** Why an event was left out on purpose. Each is counted under its name; none is an error. */
export const dropReasons = [
  'duplicate',
  'bot',
  'consent',
  'do_not_track',
  'global_privacy_control',
  'opt_out',
  'app_not_admitted',
  'quota_exceeded',
  'custom_enrichment',
] as const;
export type DropReason = (typeof dropReasons)[number];

/** What one component (an enrichment, a rule) says of one event. Bad data is a value; broken infrastructure is thrown. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'failed'; readonly failures: NonEmpty<Failure> }
  | { readonly kind: 'dropped'; readonly reason: DropReason };

export const ok = <T>(value: T): Outcome<T> => ({ kind: 'ok', value });

export const failed = (...failures: NonEmpty<Failure>): Outcome<never> => ({ kind: 'failed', failures });

export const dropped = (reason: DropReason): Outcome<never> => ({ kind: 'dropped', reason });

/** Narrows an array to one that holds something. */
export const isNonEmpty = <T>(items: readonly T[]): items is NonEmpty<T> => items.length > 0;
