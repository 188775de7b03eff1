import { MINUTE, WEEK } from '../time';

/** Series that the budget is shared by at least, so that the threshold of a small installation does not jump about. */
const LEAST_SERIES = 64;

/**
 * Evidence in nats that a hypothesis must collect before it counts, so that all series together raise no more than the
 * stated number of false alarms a week: h = ln(windows a week × series / alarms) + ln(hypotheses).
 * reference/data-quality.md §6.4. The number of series is rounded up to a power of two: one more series then changes
 * nothing, and doubling their number costs 0.69 nats.
 */
export function evidenceThreshold(budget: {
  readonly falseAlarmsPerWeek: number;
  readonly series: number;
  readonly hypotheses: number;
  /** Length of a window, milliseconds. */
  readonly windowMs?: number;
}): number {
  const series = 2 ** Math.ceil(Math.log2(Math.max(LEAST_SERIES, budget.series)));
  const windows = WEEK / (budget.windowMs ?? MINUTE);
  return Math.log((windows * series) / budget.falseAlarmsPerWeek) + Math.log(budget.hypotheses);
}
