/** One property that was tried: a line of the file that PROPERTY_REPORT names. */
export interface TriedProperty {
  readonly spec: string;
  readonly runs: number;
  readonly failed: boolean;
}
