import { HALF_HOUR, HOUR } from '../time';
import { CusumBank } from './cusum-bank';
import { logistic, logit, ratioEvidence } from './likelihood';

/** Multiples of the odds that are tested side by side. reference/data-quality.md §6.3. */
export const ODDS_HYPOTHESES = [2, 5, 20] as const;

export interface RatioWatchSettings {
  /** Trials after which the usual ratio is trusted, and those that it remembers. */
  readonly leastTrials: number;
  readonly rememberedTrials: number;
  /** Smallest ratio, and smallest number of hits too many, that may count as a deviation. */
  readonly leastRatio: number;
  readonly leastHits: number;
  /** Age of a deviation from which it is the new normal, milliseconds. */
  readonly rebaselineMs: number;
}

export interface RatioChange {
  readonly startedAt: number;
  /** Hits, and those that would have been usual, since then. */
  readonly observed: number;
  readonly expected: number;
  readonly ratio: number;
}

export interface RatioVerdict {
  readonly state: 'learning' | 'ok' | 'pending' | 'deviates';
  readonly at: number;
  /** The usual ratio, and the upper end of what is usual. */
  readonly usual: number;
  readonly high: number;
  readonly evidence: number;
  readonly threshold: number;
  readonly change: RatioChange | null;
  readonly rebased: boolean;
}

const SUSPICION = 0.35;
const PENDING = 0.5;
const RECOVERY = 1 / 3;
const SLOW_MARGIN = 2;
const ESTIMATE_MARGIN = 2;
/** While the usual ratio is being learned, one out of five passes for usual: only a flood of failures is noticed. */
const LEARNING_USUAL = 0.2;
/** Windows that it takes at least: failures that come in batches must have had time to come. */
const LEARNING_WINDOWS = 60;
/** Ratios below this are not told apart: one bad event in two thousand. */
const LEAST_USUAL = 0.0005;
const SLOW_SAMPLES = 2 * 7 * 48;
/** Dispersion: samples that the start counts for, those that are remembered, and the most that one may say. */
const DISPERSION_PRIOR = 10;
const DISPERSION_SAMPLES = 300;
const MOST_DISPERSION = 20;

interface Open {
  readonly startedAt: number;
  readonly since: number;
  /** Ratio that stands for "still deviating" when recovery is tested. */
  readonly half: number;
  recovery: number;
  recentHits: number;
  recentTrials: number;
}

/**
 * Watches hits out of trials: the usual ratio with a bounded memory, and a bank of binomial CUSUM tests for a rise of
 * its odds. Hits that come in bursts (a batch that fails as a whole) weaken the evidence by their measured dispersion.
 * O(1) a window.
 */
export class RatioWatch {
  private readonly bank = new CusumBank(ODDS_HYPOTHESES.length);
  private windows = 0;
  private hits = 0;
  private trials = 0;
  private scatter = 1;
  private lastHits = 0;
  private lastTrials = 0;
  private dispersionSamples = 0;
  private slowVariance = 0;
  private slowSamples = 0;
  private slotStart = Number.NaN;
  private slotHits = 0;
  private slotTrials = 0;
  private suspectedSince = Number.NaN;
  private open: Open | null = null;

  constructor(private readonly settings: RatioWatchSettings) {}

  /** Takes the next window: `at` its start in milliseconds, `threshold` the evidence in nats that opens a deviation. */
  step(at: number, hits: number, trials: number, threshold: number): RatioVerdict {
    const learning = this.trials < this.settings.leastTrials || this.windows < LEARNING_WINDOWS;
    const least = learning ? LEARNING_USUAL : LEAST_USUAL;
    const usual = Math.min(0.999, Math.max(least, (this.hits + 0.5) / (this.trials + 1)));
    const verdict = this.judge(at, hits, trials, usual, threshold);
    if (trials > 0) this.learnDispersion(hits, trials);
    if (!this.open && !this.isSuspected(at)) this.learn(at, hits, trials, learning ? null : usual);
    return learning && verdict.state === 'ok' ? { ...verdict, state: 'learning' } : verdict;
  }

  private judge(at: number, hits: number, trials: number, usual: number, threshold: number): RatioVerdict {
    if (this.open) return this.follow(this.open, at, hits, trials, usual, threshold);
    if (trials > 0) {
      // What is usual is itself an estimate: from few hits it may be much too low.
      const base = logit(usual) + ESTIMATE_MARGIN / Math.sqrt(usual * this.trials + 1);
      ODDS_HYPOTHESES.forEach((odds, hypothesis) => {
        const margin = Math.min(SLOW_MARGIN * this.slow, Math.log(odds) / 2);
        const [p0, p1] = [logistic(base + margin), logistic(base + Math.log(odds))];
        const evidence = ratioEvidence(hits, trials, p0, p1) / this.dispersion;
        this.bank.add(hypothesis, evidence, at, hits, trials);
      });
    }
    const strongest = this.bank.strongest();
    const evidence = strongest?.evidence ?? 0;
    if (evidence <= SUSPICION * threshold) this.suspectedSince = Number.NaN;
    else if (Number.isNaN(this.suspectedSince)) this.suspectedSince = at;
    if (!strongest || evidence <= PENDING * threshold)
      return this.verdict('ok', at, usual, evidence, threshold);
    // The bank sums trials where a count has its expected number: both of the change follow from them.
    const change: RatioChange = {
      startedAt: strongest.startedAt,
      observed: strongest.observed,
      expected: strongest.expected * usual,
      ratio: strongest.observed / Math.max(1, strongest.expected),
    };
    if (!this.matters(change)) return this.verdict('ok', at, usual, evidence, threshold);
    if (evidence < threshold) return this.verdict('pending', at, usual, evidence, threshold, change);
    this.open = {
      startedAt: change.startedAt,
      since: at,
      half: logistic((logit(usual) + logit(Math.min(0.999, change.ratio))) / 2),
      recovery: 0,
      recentHits: change.observed,
      recentTrials: strongest.expected,
    };
    return this.verdict('deviates', at, usual, evidence, threshold, change);
  }

  private follow(
    open: Open,
    at: number,
    hits: number,
    trials: number,
    usual: number,
    threshold: number,
  ): RatioVerdict {
    const enough = threshold * RECOVERY;
    open.recentHits += (hits - open.recentHits) / 60;
    open.recentTrials += (trials - open.recentTrials) / 60;
    const margin = Math.min(SLOW_MARGIN * this.slow, (logit(open.half) - logit(usual)) / 2);
    const back = ratioEvidence(hits, trials, logistic(logit(usual) + margin), open.half) / this.dispersion;
    open.recovery = Math.min(enough, Math.max(0, open.recovery - back));
    const rebased = at - open.since >= this.settings.rebaselineMs && open.recentTrials > 0;
    if (!rebased && open.recovery < enough) {
      return this.verdict('deviates', at, usual, threshold, threshold, {
        startedAt: open.startedAt,
        observed: open.recentHits,
        expected: open.recentTrials * usual,
        ratio: open.recentTrials > 0 ? open.recentHits / open.recentTrials : 0,
      });
    }
    if (rebased) this.hits = (open.recentHits / open.recentTrials) * this.trials;
    this.open = null;
    this.suspectedSince = Number.NaN;
    this.bank.reset();
    return { ...this.verdict('ok', at, usual, 0, threshold), rebased };
  }

  private verdict(
    state: RatioVerdict['state'],
    at: number,
    usual: number,
    evidence: number,
    threshold: number,
    change: RatioChange | null = null,
  ): RatioVerdict {
    const high = logistic(logit(usual) + Math.max(2 * this.slow, Math.LN2 / 2));
    return { state, at, usual, high, evidence, threshold, change, rebased: false };
  }

  private matters({ observed, expected, ratio }: RatioChange): boolean {
    return ratio >= this.settings.leastRatio && observed - expected >= this.settings.leastHits;
  }

  private isSuspected(at: number): boolean {
    return at - this.suspectedSince < 6 * HOUR;
  }

  private get slow(): number {
    return Math.sqrt(Math.max(0, this.slowVariance));
  }

  private learn(at: number, hits: number, trials: number, usual: number | null): void {
    const slot = Math.floor(at / HALF_HOUR) * HALF_HOUR;
    if (slot !== this.slotStart) {
      if (usual !== null) this.learnSlow(usual);
      this.slotStart = slot;
      this.slotHits = 0;
      this.slotTrials = 0;
    }
    this.slotHits += hits;
    this.slotTrials += trials;
    const excess = this.trials + trials - this.settings.rememberedTrials;
    if (excess > 0 && this.trials > 0) {
      const keep = Math.max(0, 1 - excess / this.trials);
      this.hits *= keep;
      this.trials *= keep;
    }
    this.windows += 1;
    this.hits += hits;
    this.trials += trials;
  }

  /**
   * How much more hits scatter between two windows that follow each other than independent ones would; from 1 on. A lasting
   * change of the ratio is one difference only, so this is learned all the time.
   */
  private learnDispersion(hits: number, trials: number): void {
    const [beforeHits, beforeTrials] = [this.lastHits, this.lastTrials];
    this.lastHits = hits;
    this.lastTrials = trials;
    if (beforeTrials === 0 || hits + beforeHits === 0) return;
    const pooled = (hits + beforeHits) / (trials + beforeTrials);
    if (pooled >= 1) return;
    const variance = pooled * (1 - pooled) * (1 / trials + 1 / beforeTrials);
    const sample = Math.min(MOST_DISPERSION, (hits / trials - beforeHits / beforeTrials) ** 2 / variance);
    this.dispersionSamples += 1;
    const step = Math.max(1 / (this.dispersionSamples + DISPERSION_PRIOR), 1 / DISPERSION_SAMPLES);
    this.scatter += step * (sample - this.scatter);
  }

  private get dispersion(): number {
    return Math.max(1, this.scatter);
  }

  /** Slow noise of the log odds between half hours, beyond what chance explains. */
  private learnSlow(usual: number): void {
    const expected = this.slotTrials * usual;
    if (expected < 5) return;
    const residual = logit((this.slotHits + 0.5) / (this.slotTrials + 1)) - logit(usual);
    const chance = this.dispersion / (expected * (1 - usual));
    const sample = Math.min(0.5, Math.max(-0.5, residual ** 2 - chance));
    this.slowSamples += 1;
    this.slowVariance += Math.max(1 / this.slowSamples, 1 / SLOW_SAMPLES) * (sample - this.slowVariance);
  }
}
