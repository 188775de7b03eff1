import type { DropReason } from '@headwater/stage';
import { RE2JS } from 're2js';
import { cookieValues } from './cookies';
import { headerOf, type RequestHeaders } from './tracking-request';

/** What a signal of the browser leads to: nothing; an anonymous payload; nothing written, counted as dropped. */
export type SignalPolicy = 'ignore' | 'anonymise' | 'drop';

/** A cookie by which a visitor refuses. */
export interface OptOutCookie {
  readonly name: string;
  /** Says whether a value means no. */
  readonly refuses: (value: string) => boolean;
}

export interface RefusalPolicy {
  /** Header `DNT: 1`. */
  readonly doNotTrack: SignalPolicy;
  /** Header `Sec-GPC: 1` (Global Privacy Control). */
  readonly globalPrivacyControl: SignalPolicy;
  readonly optOutCookie: OptOutCookie | null;
}

/** Longest value of the cookie that is held against the pattern; a longer one is none that anybody set for this. */
const LONGEST_VALUE = 256;

/**
 * A pattern that a whole cookie value must match. RE2 syntax: it takes a time proportional to the value, whatever the
 * pattern, so that no visitor can stop the collector with one.
 *
 * @throws when the pattern is none
 */
export function valuePattern(pattern: string): (value: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (value) => value.length <= LONGEST_VALUE && compiled.matches(value);
}

/** What a request itself refuses: all of it, under the reason it is counted by; or to be known. */
export function refusalOf(headers: RequestHeaders, policy: RefusalPolicy): DropReason | 'anonymise' | null {
  const { optOutCookie } = policy;
  if (optOutCookie !== null && headers['cookie'] !== undefined) {
    const values = cookieValues(headers, optOutCookie.name);
    if (values.some((value) => optOutCookie.refuses(value))) return 'opt_out';
  }
  const control = isOn(headers, 'sec-gpc') ? policy.globalPrivacyControl : 'ignore';
  if (control === 'drop') return 'global_privacy_control';
  const doNotTrack = isOn(headers, 'dnt') ? policy.doNotTrack : 'ignore';
  if (doNotTrack === 'drop') return 'do_not_track';
  return control === 'anonymise' || doNotTrack === 'anonymise' ? 'anonymise' : null;
}

/** Whether a header says `1`; sent several times, by a browser and a proxy say, once is enough. */
const isOn = (headers: RequestHeaders, name: string): boolean =>
  headers[name] !== undefined &&
  (headerOf(headers, name) ?? '').split(',').some((value) => value.trim() === '1');
