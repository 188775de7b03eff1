/** What one hypothesis of a bank has collected. */
export interface Excursion {
  /** Position of the hypothesis in the bank. */
  readonly hypothesis: number;
  /** Evidence in nats. */
  readonly evidence: number;
  /** Start of the first window of the excursion: the estimated change point. */
  readonly startedAt: number;
  /** What was counted and expected since then, and over how many windows. */
  readonly observed: number;
  readonly expected: number;
  readonly windows: number;
}

/**
 * One-sided CUSUM tests side by side, one for each hypothesis: C = max(0, C + LLR). Lorden (1971) and Moustakides (1986)
 * show that no test finds a known change sooner at the same rate of false alarms. O(hypotheses) in time and memory.
 */
export class CusumBank {
  private readonly evidence: Float64Array;
  private readonly startedAt: Float64Array;
  private readonly observed: Float64Array;
  private readonly expected: Float64Array;
  private readonly windows: Uint32Array;

  constructor(readonly size: number) {
    this.evidence = new Float64Array(size);
    this.startedAt = new Float64Array(size);
    this.observed = new Float64Array(size);
    this.expected = new Float64Array(size);
    this.windows = new Uint32Array(size);
  }

  /** Adds the evidence of one window for one hypothesis. */
  add(hypothesis: number, llr: number, at: number, observed: number, expected: number): void {
    const before = this.evidence[hypothesis] ?? 0;
    const after = before + llr;
    if (!(after > 0)) {
      this.evidence[hypothesis] = 0;
      this.observed[hypothesis] = 0;
      this.expected[hypothesis] = 0;
      this.windows[hypothesis] = 0;
      return;
    }
    if (before === 0) this.startedAt[hypothesis] = at;
    this.evidence[hypothesis] = after;
    this.observed[hypothesis] = (this.observed[hypothesis] ?? 0) + observed;
    this.expected[hypothesis] = (this.expected[hypothesis] ?? 0) + expected;
    this.windows[hypothesis] = (this.windows[hypothesis] ?? 0) + 1;
  }

  /** The hypothesis with the most evidence; null while none has any. */
  strongest(): Excursion | null {
    let best = -1;
    let evidence = 0;
    for (let hypothesis = 0; hypothesis < this.size; hypothesis += 1) {
      const candidate = this.evidence[hypothesis] ?? 0;
      if (candidate > evidence) {
        best = hypothesis;
        evidence = candidate;
      }
    }
    if (best < 0) return null;
    return {
      hypothesis: best,
      evidence,
      startedAt: this.startedAt[best] ?? 0,
      observed: this.observed[best] ?? 0,
      expected: this.expected[best] ?? 0,
      windows: this.windows[best] ?? 0,
    };
  }

  reset(): void {
    this.evidence.fill(0);
    this.observed.fill(0);
    this.expected.fill(0);
    this.windows.fill(0);
  }
}
