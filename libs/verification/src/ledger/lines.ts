import { PLAN_VERSION, type Plan } from '../plan/plan';
import type { EventClass } from '../plan/plan';

/** First line of a ledger: what was sent, and where to. */
export interface RunLine extends Plan {
  readonly kind: 'run';
  readonly collector: string;
  /** Events a second. */
  readonly rate: number;
}

/** Written, and on disk, before a request leaves. */
export interface IntentLine {
  readonly kind: 'intent';
  /** Number of the payload in the run, from 0. */
  readonly payload: number;
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly t0: number;
  readonly first: number;
  readonly count: number;
  /** SHA-256 of the body, or of the target of a GET, hex; with the events only at the first attempt. */
  readonly sha256?: string;
  readonly events?: readonly (readonly [seq: number, id: string, name: EventClass])[];
}

/**
 * What a sender knows after an attempt. `ok`: 200. `rejected`: any other answer that says that the events are not wanted
 * (4xx), after which trackers drop them. `refused`: not now (503, 429, or nobody listens): nothing was
 * promised, and yet a broker that answered too late may have it. `unknown`: no answer, so they may have been.
 */
export type Status = 'ok' | 'rejected' | 'refused' | 'unknown';

/** Written after an attempt. An intent without one is unknown. */
export interface OutcomeLine {
  readonly kind: 'outcome';
  readonly payload: number;
  readonly attempt: number;
  readonly t1: number;
  readonly status: Status;
  /** HTTP status, or the code of the error. */
  readonly code: number | string;
}

/** Written when a payload is not sent again any more. */
export interface GivenUpLine {
  readonly kind: 'given up';
  readonly payload: number;
  readonly t1: number;
}

/** Last line of a run that ended in order. */
export interface EndLine {
  readonly kind: 'end';
  readonly t1: number;
}

export type LedgerLine = RunLine | IntentLine | OutcomeLine | GivenUpLine | EndLine;

export const lineOf = (line: LedgerLine): string => `${JSON.stringify(line)}\n`;

/** A line of a ledger; null for one that is torn, which a crash leaves behind as the last one. */
export function readLine(text: string): LedgerLine | null {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === 'object' && line !== null && 'kind' in line ? (line as LedgerLine) : null;
  } catch {
    return null;
  }
}

/** Why a ledger cannot be checked by this version; null when it can. */
export function runProblem(line: LedgerLine | null): string | null {
  if (line?.kind !== 'run')
    return 'it does not begin with the description of a run, so it is not a ledger of `headwater verify load`';
  return line.version === PLAN_VERSION
    ? null
    : `it was written by version ${String(line.version)} of the plan and this program knows version ${String(PLAN_VERSION)}: check it with the program that wrote it`;
}
