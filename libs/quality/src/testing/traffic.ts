import { DAY, HOUR, MINUTE, WEEK } from '../time';
import { negativeBinomial, normal, seeded } from './random';

/** Taken once: Jest's sandbox makes every look-up of a global slow. */
const { PI, exp, log, sin, sqrt } = Math;

/** The "realistic" profile of reference/data-quality.md §5. */
export interface Traffic {
  /** Events a minute at the weekly mean. */
  readonly rate: number;
  readonly seed: number;
  /** White over-dispersion; 0.0025 is 5 %. */
  readonly phi?: number;
  /** Slow noise: standard deviation of the log, with a memory of two hours. */
  readonly slow?: number;
}

/** Multiple of the mean rate: daily swing ×5, weekend ×0.65 with smooth edges, growth of 0.5 % a week. */
export function shapeOf(time: number): number {
  const sinceMonday = (((time + 3 * DAY) % WEEK) + WEEK) % WEEK;
  const hour = (sinceMonday % DAY) / HOUR;
  const daily = exp((log(5) / 2) * sin(((hour - 9) / 24) * 2 * PI)) / 1.17;
  const day = sinceMonday / DAY;
  const edge = (x: number): number => 1 / (1 + exp(-x * 24));
  const weekend = 1 - 0.35 * (edge(day - 5) - edge(day - 7) + 1 - edge(day));
  return daily * weekend * (1 + 0.005 * (time / WEEK - 2922));
}

/** Counts of one minute after the other. */
export function trafficOf({
  rate,
  seed,
  phi = 0.0025,
  slow = 0.03,
}: Traffic): (time: number, factor?: number) => number {
  const random = seeded(seed);
  const keep = exp(-1 / 120);
  let drift = slow * normal(random);
  return (time, factor = 1) => {
    drift = keep * drift + slow * sqrt(1 - keep * keep) * normal(random);
    return negativeBinomial(rate * shapeOf(time) * exp(drift) * factor, phi, random);
  };
}

/** A Monday, so that simulations start with a week. */
export const MONDAY = Date.UTC(2026, 0, 5);
export const minutesOf = (weeks: number): number => (weeks * WEEK) / MINUTE;
