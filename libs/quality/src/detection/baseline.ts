import { HALF_HOUR, HOUR, MINUTE, SLOTS, slotPosition } from '../time';

/** What a series should count in a window. */
export interface Forecast {
  /** Expected count. */
  readonly mean: number;
  /** White over-dispersion: the variance of a window is mean + phi · mean². */
  readonly phi: number;
  /** Standard deviation of the slow, relative noise. */
  readonly slow: number;
}

const PROFILE_GAIN = 0.3;
const LEAST_RATE = 1e-3;
/** Below this many events a minute a slot is averaged, not scaled: a factor could never leave zero. */
const QUIET_RATE = 0.05;
/** Events that the level remembers, and the bounds of that memory in minutes. */
const LEVEL_EVENTS = 6000;
const LEVEL_MINUTES = { shortest: 30, longest: 360 };
/** Expected events by which the level is drawn to that of the last week: a quiet night must not make one up. */
const LEVEL_PRIOR_EVENTS = 50;
const WEEK_MINUTES = 7 * 24 * 60;
const SLOW_HALF_HOURS = 2 * 7 * 48;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/**
 * The learned half-hour-of-week baseline of one series, after reference/data-quality.md §6.2: a profile of 336 slots,
 * interpolated log-linearly between their centres; a level that follows growth; and what the noise around both looks
 * like. O(1) a window; about 2.3 KiB.
 */
export class Baseline {
  private readonly profile = new Float32Array(SLOTS);
  private readonly visits = new Uint8Array(SLOTS);
  private shapeTime = Number.NaN;
  private shape: number | null = null;
  private levelCount = 0;
  private levelShape = 0;
  /** Windows that the level remembers. */
  private levelMemory = 0;
  private longCount = 0;
  private longShape = 0;
  private whiteError = 0;
  private whiteScale = 0;
  private slowVariance = 0;
  private slowSamples = 0;
  /** The half hour under way. */
  private slotStart = Number.NaN;
  private slotCount = 0;
  private slotExpected = 0;
  private slotLevelled = 0;
  private slotWindows = 0;
  private slotFrozen = false;

  /** @param windowMs length of a window; it divides half an hour */
  constructor(private readonly windowMs: number) {}

  /** What the window that starts at a time should hold; null where this part of the week was never seen. */
  forecast(at: number): Forecast | null {
    const shape = this.shapeAt(at);
    return shape === null ? null : { mean: shape * this.level, phi: this.phi, slow: this.slow };
  }

  /** Share of the week that was seen at least once. */
  get coverage(): number {
    let seen = 0;
    for (const visits of this.visits) if (visits > 0) seen += 1;
    return seen / SLOTS;
  }

  get phi(): number {
    return this.whiteScale > 0 ? clamp(this.whiteError / this.whiteScale, 0, 4) : 0;
  }

  get slow(): number {
    return Math.sqrt(Math.max(0, this.slowVariance));
  }

  /**
   * Learns from a closed window.
   *
   * @param frozen `level`: a deviation is suspected, so level and noise stay; `all`: one is known, so the profile does too
   */
  learn(at: number, count: number, frozen: 'no' | 'level' | 'all'): void {
    const slotStart = Math.floor(at / HALF_HOUR) * HALF_HOUR;
    if (slotStart !== this.slotStart) {
      this.closeSlot();
      this.shapeTime = Number.NaN;
      this.slotStart = slotStart;
    }
    const shape = this.shapeAt(at);
    const mean = shape === null ? null : shape * this.level;
    this.slotCount += count;
    this.slotLevelled += count / this.longLevel;
    this.slotExpected += mean ?? 0;
    this.slotWindows += 1;
    if (frozen === 'all') this.slotFrozen = true;
    if (frozen !== 'no' || shape === null || mean === null) return;
    const minutes = this.windowMs / MINUTE;
    const weekly = 1 - Math.exp(-minutes / WEEK_MINUTES);
    this.whiteError += weekly * ((count - mean) ** 2 - mean - this.whiteError);
    this.whiteScale += weekly * (mean * mean - this.whiteScale);
    this.longCount += weekly * (count - this.longCount);
    this.longShape += weekly * (shape - this.longShape);
    const memory = clamp(
      (LEVEL_EVENTS * minutes) / Math.max(mean, 1e-9),
      LEVEL_MINUTES.shortest,
      LEVEL_MINUTES.longest,
    );
    this.levelMemory = memory / minutes;
    const step = 1 - Math.exp(-minutes / memory);
    this.levelCount += step * (count - this.levelCount);
    this.levelShape += step * (shape - this.levelShape);
  }

  /** Takes a new normal: from now on `ratio` times what was expected. */
  rebase(ratio: number): void {
    this.levelCount *= ratio;
    this.longCount *= ratio;
  }

  private get longLevel(): number {
    return this.longShape > 0 ? clamp(this.longCount / this.longShape, 1e-3, 1e3) : 1;
  }

  private get level(): number {
    const long = this.longLevel;
    const expected = this.levelShape * long * this.levelMemory;
    const seen = this.levelCount * this.levelMemory;
    return (long * (seen + LEVEL_PRIOR_EVENTS)) / (expected + LEVEL_PRIOR_EVENTS);
  }

  /** The profile at a time, of a level of 1. A window is asked for it several times, so the last answer is kept. */
  private shapeAt(at: number): number | null {
    if (at !== this.shapeTime) {
      this.shape = this.interpolated(at);
      this.shapeTime = at;
    }
    return this.shape;
  }

  private interpolated(at: number): number | null {
    const position = slotPosition(at + this.windowMs / 2);
    const slot = Math.floor(position) % SLOTS;
    if ((this.visits[slot] ?? 0) === 0) return null;
    const offset = position - Math.floor(position) - 0.5;
    const neighbour = (slot + (offset < 0 ? -1 : 1) + SLOTS) % SLOTS;
    const weight = (this.visits[neighbour] ?? 0) > 0 ? Math.abs(offset) : 0;
    const rate = Math.exp((1 - weight) * this.logRate(slot) + weight * this.logRate(neighbour));
    return (rate * this.windowMs) / MINUTE;
  }

  private logRate(slot: number): number {
    return Math.log(Math.max(LEAST_RATE, this.profile[slot] ?? 0));
  }

  private closeSlot(): void {
    const windowsOfSlot = HALF_HOUR / this.windowMs;
    if (!this.slotFrozen && this.slotWindows * 3 >= windowsOfSlot) {
      this.learnSlow();
      this.learnProfile();
    }
    this.slotCount = 0;
    this.slotExpected = 0;
    this.slotLevelled = 0;
    this.slotWindows = 0;
    this.slotFrozen = false;
  }

  private learnSlow(): void {
    if (this.slotExpected < 1) return;
    const residual = this.slotCount / this.slotExpected - 1;
    const sample = clamp(residual ** 2 - 1 / this.slotExpected - this.phi / this.slotWindows, -0.25, 0.25);
    this.slowSamples += 1;
    this.slowVariance += Math.max(1 / this.slowSamples, 1 / SLOW_HALF_HOURS) * (sample - this.slowVariance);
  }

  private learnProfile(): void {
    const slot = Math.floor(slotPosition(this.slotStart)) % SLOTS;
    const visits = this.visits[slot] ?? 0;
    const rate = this.profile[slot] ?? 0;
    const measured = (this.slotLevelled / this.slotWindows) * (MINUTE / this.windowMs);
    if (visits === 0) this.profile[slot] = measured;
    else {
      const gain = Math.max(PROFILE_GAIN, 1 / (visits + 1));
      const factor = this.slotExpected > 0 ? clamp(this.slotCount / this.slotExpected, 0.5, 2) : 1;
      this.profile[slot] =
        rate < QUIET_RATE
          ? rate + gain * (measured - rate)
          : Math.max(LEAST_RATE, rate * (1 + gain * (factor - 1)));
    }
    this.visits[slot] = Math.min(255, visits + 1);
  }
}

/** Longest time that a mere suspicion keeps the level where it was. */
export const LONGEST_SUSPICION = 6 * HOUR;
