import type { StageCounts } from '@headwater/contracts';
import { contentId, minuteOf, TOTAL, type DropReason } from '@headwater/stage';

/** What happened to the payloads of one minute. A payload counts once its end is certain: a 503 is none, it comes again. */
export class MinuteTally {
  in = 0;
  out = 0;
  readonly failed: Record<string, number> = {};
  readonly reasons: Record<string, number> = {};
  readonly codes: Record<string, number> = {};
  maxDelayMs = 0;

  constructor(readonly minute: number) {}

  /** A payload that the broker has. */
  written(delayMs: number): void {
    this.in += 1;
    this.out += 1;
    if (delayMs > this.maxDelayMs) this.maxDelayMs = delayMs;
  }

  /** A request that became a failed event. */
  failedAs(type: string): void {
    this.in += 1;
    add(this.failed, type);
  }

  /** A request that was left out on purpose. */
  dropped(reason: DropReason): void {
    this.in += 1;
    add(this.reasons, reason);
  }

  answered(code: number): void {
    add(this.codes, code);
  }
}

const add = (counts: Record<string, number>, key: string | number): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};

/**
 * Counts tracking requests by the minute of collector time. What was counted since the last call is handed out as
 * summaries that add up, so that a late acknowledgement still finds its minute.
 */
export class RequestCounts {
  private readonly changed = new Map<number, MinuteTally>();
  private newest: MinuteTally | null = null;
  private sequence = 0;

  /** @param instance names this process for ever: summaries of two processes must not have the same id */
  constructor(private readonly instance: string) {}

  /** The tally of the minute that a time falls into. Hold it no longer than for one count. */
  at(time: number): MinuteTally {
    const { newest } = this;
    if (newest !== null && time >= newest.minute && time < newest.minute + 60_000) return newest;
    const minute = minuteOf(time);
    const tally = this.changed.get(minute) ?? new MinuteTally(minute);
    this.changed.set(minute, tally);
    if (newest === null || minute > newest.minute) this.newest = tally;
    return tally;
  }

  /** One summary for each minute in which something was counted since the last call. */
  take(): readonly StageCounts[] {
    const tallies = [...this.changed.values()];
    this.changed.clear();
    this.newest = null;
    this.sequence += 1;
    const source = `collector/${this.instance}/${String(this.sequence)}`;
    return tallies.map((tally) => ({
      counts_id: contentId('stage-counts', 'collector', '*', TOTAL, String(tally.minute), source),
      app_id: '*',
      collector_tstamp: tally.minute,
      stage: 'collector',
      series: TOTAL,
      unit: 'payload',
      source,
      in_count: tally.in,
      out_count: tally.out,
      failed: tally.failed,
      dropped: tally.reasons,
      payloads_in: null,
      status_codes: tally.codes,
      lag_records: null,
      max_delay_ms: tally.maxDelayMs,
    }));
  }
}
