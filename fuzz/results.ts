import type { TargetResults } from './guided/guided-searches';
import type { PropertyResults } from './properties/try-properties';
import type { Verdicts } from './verdicts';

/** Where figures come from. */
export interface Provenance {
  /** With `-dirty` where files were not as it has them. */
  readonly commit: string;
  readonly command: string;
  readonly seed: number;
}

/** What hostile requests did. */
export interface RequestResults {
  readonly seconds: number;
  /** Requests sent, by campaign. */
  readonly campaigns: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Answers by status; `closed` without one, `silent` where nothing came in time. */
  readonly answers: Readonly<Record<string, number>>;
  /** How JSONTestSuite was judged. */
  readonly verdicts: Verdicts;
  readonly findings: number;
  readonly peakMemoryMiB: number;
}

/** What runs did, for the reports that quote them. Each part is of the last run that made it: together they take hours. */
export interface Results {
  readonly version: 4;
  /** Null before the first run. */
  readonly hostile: (Provenance & RequestResults) | null;
  /** One for each target that was searched. */
  readonly guided: readonly (Provenance & TargetResults)[];
  /** Null before the first run. */
  readonly properties: (Provenance & PropertyResults) | null;
}

/** Results with parts of a newer run in the place of the older ones. */
export function merged({ hostile, guided, properties }: Results, newer: Partial<Results>): Results {
  const renewed = new Map([...guided, ...(newer.guided ?? [])].map((part) => [part.target, part]));
  return {
    version: 4,
    hostile: newer.hostile ?? hostile,
    guided: [...renewed.values()],
    properties: newer.properties ?? properties,
  };
}
