const EXAMPLES = 5;

/** How often something happened, and the first few times in words. */
export class Tally {
  count = 0;
  readonly examples: string[] = [];

  /** @param example made only when it is kept */
  add(example: () => string, times = 1): void {
    this.count += times;
    if (this.examples.length < EXAMPLES) this.examples.push(example());
  }
}
