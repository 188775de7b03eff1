/** What came of one suite. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What failed, and why: said again behind the summary, where a reader of a long log looks first. */
  readonly reasons: readonly string[];
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

/** One thing that a suite of our own looks at. */
export interface Case {
  readonly name: string;
  /** Null when it holds, or what is wrong. */
  readonly run: () => string | null | Promise<string | null>;
}

/** Runs cases one after the other and says of each how it went. */
export async function tallyOf(cases: readonly Case[]): Promise<Tally> {
  const reasons: string[] = [];
  for (const { name, run } of cases) {
    const problem = await run();
    if (problem !== null) reasons.push(`${name}\n${problem}`);
    console.log(problem === null ? `ok      ${name}` : `FAILED  ${name}\n${problem}`);
  }
  return { passed: cases.length - reasons.length, failed: reasons.length, reasons };
}
