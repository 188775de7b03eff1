/** What an input did that the code promises it never does. */
export interface Problem {
  /** The same for the same fault, whatever the input: a fault is told of once. */
  readonly kind: string;
  /** What came out of this input. */
  readonly detail: string;
}

/** Some code of ours that takes a stranger's bytes, and what it promises of them. */
export interface GuidedTarget {
  readonly name: string;
  /** What must hold for every input, besides that nothing is thrown, takes long, or changes what all objects share. For the report. */
  readonly promises: string;
  /** Good inputs, from which the search sets out. */
  readonly seeds: readonly Buffer[];
  /** Bytes that mean something to the code, and that chance would not find. */
  readonly dictionary: readonly Buffer[];
  /** No input is longer: long ones take time and seldom reach what short ones do not. */
  readonly maximumBytes: number;
  /** Inputs between two looks at the coverage: a look takes as long as many quick inputs do, or a few slow ones. */
  readonly inputsALook: number;
  /** Null when every promise was kept. What it throws is a problem by itself. */
  readonly check: (input: Buffer) => Problem | null;
}
