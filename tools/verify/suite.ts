/** What came of one suite. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** One part of `npm test`, in the order it runs. */
export interface Suite {
  readonly name: string;
  /** What it proves, in a few words. */
  readonly proves: string;
  /** Null when it can run here (after trying to install what it needs), or a sentence: what is missing and how to get it. */
  readonly missing?: () => Promise<string | null>;
  readonly run: (context: SuiteContext) => Promise<Tally>;
}

export interface SuiteContext {
  readonly root: string;
  /** Folder of this run, outside the checkout; it is removed at the end. */
  readonly scratch: string;
}
