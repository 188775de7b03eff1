/** Work that is left for one JSON, counted in steps of about ten nanoseconds. */
export class Meter {
  private left = 0;

  /** Starts anew. */
  allow(steps: number): void {
    this.left = steps;
  }

  /** @throws {OverBudget} when more is spent than was allowed */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new OverBudget();
  }
}

/** Checking a JSON takes more work than any honest one needs. A verdict on the JSON, never seen outside of this lib. */
export class OverBudget extends Error {
  override readonly name = 'OverBudget';
}
