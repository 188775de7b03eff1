import type { CountingStage, CountUnit, StageCounts } from '@headwater/contracts';
import { contentId } from './content-id';
import type { Subject } from './fate';

const MINUTE = 60_000;
/** Event names that get a series of their own per app and window; the rest are folded into one. */
export const MAX_EVENT_SERIES = 200;

/** The series every app has. */
export const TOTAL = 'total';

/** The series of a summary that counts nothing: its `source` names records that the stage went on without. */
export const GAP = 'gap';

/**
 * What tells of a gap in a stage's input. Its id follows from stage and source alone: a gap that is met again tells the
 * same. It adds nothing to any sum, because nobody knows of what app and minute the records were.
 *
 * @param source `<topic>/<partition>/<first offset>-<last offset>`
 * @param noticedAt wall-clock time, milliseconds
 */
export const gapSummary = (stage: CountingStage, source: string, noticedAt: number): StageCounts => ({
  counts_id: contentId('stage-counts', stage, '*', GAP, source),
  app_id: '*',
  collector_tstamp: minuteOf(noticedAt),
  stage,
  series: GAP,
  unit: null,
  source,
  in_count: 0,
  out_count: 0,
  failed: {},
  dropped: {},
  payloads_in: null,
  status_codes: null,
  lag_records: null,
  max_delay_ms: null,
});

interface Tally {
  in_count: number;
  out_count: number;
  readonly failed: Record<string, number>;
  readonly dropped: Record<string, number>;
  max_delay_ms: number;
}

/** Where a summary comes from: it makes the summary's id, so a re-sent one can be recognised. */
export interface CountSource {
  readonly stage: CountingStage;
  readonly unit: CountUnit;
  /** Input range, or the instance and the interval that counted. */
  readonly source: string;
  /** Records still to read in the source, where known. */
  readonly lag: number | null;
}

/** Adds up the fates of events by minute of collector time, app and series. */
export class StageCounter {
  private readonly windows = new Map<string, { subject: Subject; series: string; tally: Tally }>();
  private readonly namesSeen = new Map<string, Set<string>>();
  private readonly payloadsIn = new Map<number, number>();

  constructor(private readonly from: CountSource) {}

  /** An event that was handed on; `delayMs` is the time since the collector received it. */
  ok(subject: Subject, delayMs = 0): void {
    for (const tally of this.talliesOf(subject)) {
      tally.in_count += 1;
      tally.out_count += 1;
      tally.max_delay_ms = Math.max(tally.max_delay_ms, delayMs);
    }
  }

  failed(subject: Subject, failureType: string): void {
    for (const tally of this.talliesOf(subject)) {
      tally.in_count += 1;
      tally.failed[failureType] = (tally.failed[failureType] ?? 0) + 1;
    }
  }

  dropped(subject: Subject, reason: string): void {
    for (const tally of this.talliesOf(subject)) {
      tally.in_count += 1;
      tally.dropped[reason] = (tally.dropped[reason] ?? 0) + 1;
    }
  }

  /** A collector payload that was read: links the collector's unit to the events. */
  payload(collectorTstamp: number): void {
    const window = minuteOf(collectorTstamp);
    this.payloadsIn.set(window, (this.payloadsIn.get(window) ?? 0) + 1);
  }

  /** The summaries, one for each window, app and series, in the order first seen. */
  summaries(): readonly StageCounts[] {
    const summaries = [...this.windows.values()].map(({ subject, series, tally }) =>
      this.summary(subject.app_id, minuteOf(subject.collector_tstamp), series, tally, null),
    );
    const links = [...this.payloadsIn].map(([window, payloads]) =>
      this.summary(
        '*',
        window,
        'payloads',
        { in_count: 0, out_count: 0, failed: {}, dropped: {}, max_delay_ms: 0 },
        payloads,
      ),
    );
    return [...summaries, ...links];
  }

  private summary(
    app_id: string,
    window: number,
    series: string,
    tally: Tally,
    payloads_in: number | null,
  ): StageCounts {
    const { stage, unit, source, lag } = this.from;
    return {
      counts_id: contentId('stage-counts', stage, app_id, series, String(window), source),
      app_id,
      collector_tstamp: window,
      stage,
      series,
      unit,
      source,
      in_count: tally.in_count,
      out_count: tally.out_count,
      failed: tally.failed,
      dropped: tally.dropped,
      payloads_in,
      status_codes: null,
      lag_records: lag,
      max_delay_ms: tally.max_delay_ms,
    };
  }

  private *talliesOf(subject: Subject): Iterable<Tally> {
    yield this.tally(subject, TOTAL);
    if (subject.event_name !== null)
      yield this.tally(subject, `event_name=${this.boundedName(subject.app_id, subject.event_name)}`);
  }

  private boundedName(appId: string, name: string): string {
    const names = this.namesSeen.get(appId) ?? new Set<string>();
    this.namesSeen.set(appId, names);
    if (names.has(name)) return name;
    if (names.size >= MAX_EVENT_SERIES) return '*';
    names.add(name);
    return name;
  }

  private tally(subject: Subject, series: string): Tally {
    const key = `${String(minuteOf(subject.collector_tstamp))}\u001f${subject.app_id}\u001f${series}`;
    const found = this.windows.get(key);
    if (found) return found.tally;
    const tally: Tally = { in_count: 0, out_count: 0, failed: {}, dropped: {}, max_delay_ms: 0 };
    this.windows.set(key, { subject, series, tally });
    return tally;
  }
}

/** Start of the minute that a time falls into, milliseconds. */
export const minuteOf = (time: number): number => Math.floor(time / MINUTE) * MINUTE;
