/** One property that was tried: a line of the file that PROPERTY_REPORT names. */
export interface TriedProperty {
  readonly spec: string;
  /** Name of its test. */
  readonly name: string;
  readonly runs: number;
  readonly failed: boolean;
}
