import { HOUR, MINUTE } from '../time';
import { Baseline, LONGEST_SUSPICION } from './baseline';
import { CusumBank, type Excursion } from './cusum-bank';
import { countEvidence } from './likelihood';

/** Relative changes that are tested side by side; −1 is silence. reference/data-quality.md §6.2. */
export const COUNT_HYPOTHESES = [-1, -0.6, -0.3, -0.15, 0.2, 0.5, 2] as const;

export interface CountWatchSettings {
  readonly windowMs: number;
  /** Age of a series from which its baseline is trusted, milliseconds. */
  readonly warmUpMs: number;
  /** Age of a deviation from which it is the new normal, milliseconds. */
  readonly rebaselineMs: number;
  /** Smallest relative change, and smallest number of events too many or too few, that may count as a deviation. */
  readonly leastEffect: number;
  readonly leastEvents: number;
}

/** What a series did since a change began. */
export interface CountChange {
  /** The series fell silent, or it went on at another rate. */
  readonly kind: 'silent' | 'changed';
  /** Estimated start, collector time. */
  readonly startedAt: number;
  /** Counted and expected since then. */
  readonly observed: number;
  readonly expected: number;
  /** observed / expected − 1. */
  readonly effect: number;
}

/** What is known about a series after a window. */
export interface CountVerdict {
  readonly state: 'learning' | 'ok' | 'pending' | 'deviates';
  readonly at: number;
  readonly count: number;
  /** Expected count and what is usual around it (two standard deviations); null while learning. */
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Evidence in nats, and what it is measured against. */
  readonly evidence: number;
  readonly threshold: number;
  /** For `pending` and `deviates`. */
  readonly change: CountChange | null;
  /** This window ended a deviation that lasted so long that it is the new normal. */
  readonly rebased: boolean;
}

/** Standard deviations of slow noise that are part of "usual"; 2 in the reference gave 2.5 false alarms per 1,000 series-weeks here, 2.5 about 1. */
const SLOW_MARGIN = 2.5;
const SUSPICION = 0.35;
const PENDING = 0.5;
/** Share of the threshold that the evidence for "back to normal" must reach. */
const RECOVERY = 1 / 3;

/** The first days: only silence is judged, and against a cautious rate, because days and nights are not yet known. */
const LEARNING = { rateShare: 0.1, leastEvents: 1000, leastMinutes: 60, leastSilentMinutes: 3, gapFactor: 2 };

interface Open {
  readonly change: CountChange;
  readonly since: number;
  /** Mean, relative to the expected one, that stands for "still deviating" when recovery is tested. */
  readonly half: number;
  recovery: number;
  recentCount: number;
  recentExpected: number;
}

/**
 * Watches the count of one series: learned baseline, a bank of CUSUM tests on it, and a sequential test of recovery.
 * O(1) a window. Knows nothing of what the series is.
 */
export class CountWatch {
  private readonly baseline: Baseline;
  private readonly bank = new CusumBank(COUNT_HYPOTHESES.length);
  private firstAt = Number.NaN;
  private suspectedSince = Number.NaN;
  private open: Open | null = null;
  /** While learning. */
  private total = 0;
  private windows = 0;
  private silentWindows = 0;
  private longestSilence = 0;

  constructor(private readonly settings: CountWatchSettings) {
    this.baseline = new Baseline(settings.windowMs);
  }

  /** True once the baseline is trusted. */
  isReady(at: number): boolean {
    return at - this.firstAt >= this.settings.warmUpMs && this.baseline.forecast(at) !== null;
  }

  /** Evidence in nats that silence in the window that starts at a time would be; null while that is being learned. */
  silenceEvidence(at: number): number | null {
    const forecast = this.isReady(at) ? this.baseline.forecast(at) : null;
    if (!forecast) return null;
    const usual = forecast.mean * (1 - Math.min(SLOW_MARGIN * forecast.slow, 0.5));
    return countEvidence(0, usual, 0, forecast.phi);
  }

  /**
   * Takes the count of the next window.
   *
   * @param at start of the window, milliseconds; windows come in order, those of which nothing is known are left out
   * @param threshold evidence in nats that opens a deviation
   */
  step(at: number, count: number, threshold: number): CountVerdict {
    if (Number.isNaN(this.firstAt)) this.firstAt = at;
    const verdict = this.isReady(at)
      ? this.judge(at, count, threshold)
      : this.judgeLearning(at, count, threshold);
    this.baseline.learn(at, count, this.frozen(at));
    this.countSilence(count);
    return verdict;
  }

  private judge(at: number, count: number, threshold: number): CountVerdict {
    const { mean, phi, slow } = this.baseline.forecast(at) ?? { mean: 0, phi: 0, slow: 0 };
    const spread = 2 * Math.sqrt(mean + (phi + slow * slow) * mean * mean);
    const verdict = {
      at,
      count,
      mean,
      low: Math.max(0, mean - spread),
      high: mean + spread,
      threshold,
      rebased: false,
    };
    if (this.open) return { ...verdict, ...this.follow(this.open, at, count, mean, phi, threshold) };

    let hypothesis = 0;
    for (const effect of COUNT_HYPOTHESES) {
      const margin = Math.sign(effect) * Math.min(SLOW_MARGIN * slow, Math.abs(effect) / 2);
      const usual = mean * (1 + margin);
      this.bank.add(hypothesis, countEvidence(count, usual, mean * (1 + effect), phi), at, count, mean);
      hypothesis += 1;
    }
    const strongest = this.bank.strongest();
    const evidence = strongest?.evidence ?? 0;
    this.suspect(at, evidence > SUSPICION * threshold);
    const change = strongest && evidence > PENDING * threshold ? changeOf(strongest) : null;
    if (!change || !this.matters(change)) return { ...verdict, state: 'ok', evidence, change: null };
    if (evidence < threshold) return { ...verdict, state: 'pending', evidence, change };
    this.opens(change, at);
    return { ...verdict, state: 'deviates', evidence, change };
  }

  /** While a deviation is open: is it over? Tested against half of the effect, so that half a recovery is none. */
  private follow(
    open: Open,
    at: number,
    count: number,
    mean: number,
    phi: number,
    threshold: number,
  ): Pick<CountVerdict, 'state' | 'evidence' | 'change' | 'rebased'> {
    const enough = threshold * RECOVERY;
    const memory = (6 * HOUR) / this.settings.windowMs;
    open.recentCount += (count - open.recentCount) / memory;
    open.recentExpected += (mean - open.recentExpected) / memory;
    open.recovery = Math.min(
      enough,
      Math.max(0, open.recovery - countEvidence(count, mean, mean * open.half, phi)),
    );
    const { startedAt, kind } = open.change;
    const change: CountChange = {
      kind,
      startedAt,
      observed: open.recentCount,
      expected: open.recentExpected,
      effect: open.recentExpected > 0 ? open.recentCount / open.recentExpected - 1 : open.change.effect,
    };
    const rebased = at - open.since >= this.settings.rebaselineMs && open.recentExpected > 0;
    if (rebased) this.baseline.rebase(open.recentCount / open.recentExpected);
    if (!rebased && open.recovery < enough)
      return { state: 'deviates', evidence: threshold, change, rebased };
    this.closes();
    return { state: 'ok', evidence: 0, change: null, rebased };
  }

  private judgeLearning(at: number, count: number, threshold: number): CountVerdict {
    const minutes = this.settings.windowMs / MINUTE;
    const rate = this.windows > 0 ? this.total / this.windows : 0;
    const silence = count === 0 ? this.silentWindows + 1 : 0;
    const known = this.total >= LEARNING.leastEvents && this.windows * minutes >= LEARNING.leastMinutes;
    const evidence = known ? LEARNING.rateShare * rate * silence : 0;
    const verdict: CountVerdict = {
      state: 'learning',
      at,
      count,
      mean: null,
      low: null,
      high: null,
      evidence,
      threshold,
      change: null,
      rebased: false,
    };
    const unusual =
      silence * minutes >= LEARNING.leastSilentMinutes && silence > LEARNING.gapFactor * this.longestSilence;
    if (evidence >= threshold && unusual) {
      const change: CountChange = {
        kind: 'silent',
        startedAt: at - (silence - 1) * this.settings.windowMs,
        observed: 0,
        expected: rate * silence,
        effect: -1,
      };
      if (!this.open) this.opens(change, at);
      return { ...verdict, state: 'deviates', change };
    }
    if (count > 0 && this.open) this.closes();
    return this.open ? { ...verdict, state: 'deviates', change: this.open.change } : verdict;
  }

  private matters({ observed, expected, effect }: CountChange): boolean {
    const { leastEffect, leastEvents } = this.settings;
    return Math.abs(effect) >= leastEffect && Math.abs(observed - expected) >= leastEvents;
  }

  private opens(change: CountChange, at: number): void {
    this.open = {
      change,
      since: at,
      half: 1 + change.effect / 2,
      recovery: 0,
      recentCount: change.observed,
      recentExpected: change.expected,
    };
  }

  private closes(): void {
    this.open = null;
    this.suspectedSince = Number.NaN;
    this.bank.reset();
  }

  private suspect(at: number, suspected: boolean): void {
    if (!suspected) this.suspectedSince = Number.NaN;
    else if (Number.isNaN(this.suspectedSince)) this.suspectedSince = at;
  }

  private frozen(at: number): 'no' | 'level' | 'all' {
    if (this.open) return 'all';
    return at - this.suspectedSince < LONGEST_SUSPICION ? 'level' : 'no';
  }

  private countSilence(count: number): void {
    this.windows += 1;
    this.total += count;
    if (count === 0) this.silentWindows += 1;
    else {
      this.longestSilence = Math.max(this.longestSilence, this.silentWindows);
      this.silentWindows = 0;
    }
  }
}

function changeOf({ hypothesis, startedAt, observed, expected }: Excursion): CountChange {
  const effect = expected > 0 ? observed / expected - 1 : 0;
  return {
    kind: COUNT_HYPOTHESES[hypothesis] === -1 ? 'silent' : 'changed',
    startedAt,
    observed,
    expected,
    effect,
  };
}
