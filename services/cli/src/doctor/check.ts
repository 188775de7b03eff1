import type { Finding } from './finding';
import type { Installation } from './installation';

/** One thing that `headwater doctor` looks at. */
export interface Check {
  readonly name: string;
  /** What it finds out, in a few words. */
  readonly summary: string;
  /** Page in docs/runbooks for what it finds. */
  readonly runbook: string;
  /** Longest time, milliseconds. Default {@link DEADLINE_MS}. */
  readonly deadlineMs?: number;
  /** False when it was not asked for. */
  readonly applies?: (installation: Installation) => boolean;
  /** What throws is an error of the check, and becomes `not checked`. */
  readonly run: (installation: Installation) => Promise<readonly Finding[]>;
}

export const DEADLINE_MS = 15_000;

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
