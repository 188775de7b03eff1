/**
 * Lets through so many a second on average, and a burst after a rest. Time is passed in, in milliseconds since any
 * beginning; a time before the latest one counts as the latest one.
 */
export class TokenBucket {
  private tokens: number;
  private latest = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** Takes one; false when there is none. */
  take(now: number): boolean {
    if (now > this.latest) {
      if (this.latest !== Number.NEGATIVE_INFINITY)
        this.tokens = Math.min(this.burst, this.tokens + ((now - this.latest) / 1_000) * this.perSecond);
      this.latest = now;
    }
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Whole seconds until there is one, at least 1. */
  secondsUntilNext(): number {
    return Math.max(1, Math.ceil((1 - this.tokens) / this.perSecond));
  }
}
