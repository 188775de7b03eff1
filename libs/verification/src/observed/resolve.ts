import type { Facts } from '../ledger/facts';
import { oversizeSeq } from '../plan/payload';

/** Which event of a run something is about. */
export interface Resolved {
  readonly content: number;
  /** The event that was first to be given its id. */
  readonly original: number;
}

const TITLE_NUMBER = /#(\d{1,12})$/;

/**
 * The event that a row or record is about; null when it is none of the run.
 *
 * @param duplicateOf the id that it was sent with, where it has another now; empty otherwise
 * @param title its page title, which ends in its number: tells apart those that were sent under one id
 */
export function resolve(facts: Facts, id: string, duplicateOf: string, title: string): Resolved | null {
  const original = facts.originalOf(duplicateOf === '' ? id : duplicateOf);
  if (original === undefined) return null;
  const rivals = facts.rivalsOf(original);
  if (rivals.length === 0) return { content: original, original };
  const named = Number(TITLE_NUMBER.exec(title)?.[1] ?? Number.NaN);
  if (named === original || rivals.includes(named)) return { content: named, original };
  return { content: duplicateOf === '' ? original : (rivals[0] ?? original), original };
}

/** The event that failed; null when it is none of the run. An oversize one is told by its user agent. */
export function resolveFailed(
  facts: Facts,
  eventId: string,
  title: string,
  userAgent: string,
): number | null {
  if (eventId !== '') return resolve(facts, eventId, '', title)?.content ?? null;
  const seq = oversizeSeq(userAgent);
  return seq !== null && facts.wasSent(seq) && facts.classOf(seq) === 'oversize' ? seq : null;
}

/** Counts up to 255, which is enough to know that it is too many. */
export function countOne(counts: Uint8Array, index: number): void {
  const count = counts[index] ?? 0;
  if (count < 255) counts[index] = count + 1;
}
