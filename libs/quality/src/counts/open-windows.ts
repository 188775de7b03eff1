import type { StageCounts } from '@headwater/contracts';
import { WEEK } from '../time';
import { addCounts, emptyTally, flow, type FlowStage, type Tally } from './tally';
import { keyOfSeries, type SeriesName } from './series-table';

/** All that one stage did in one window of collector time. */
export interface ClosedWindow {
  readonly stage: FlowStage;
  /** Start of the window, milliseconds. */
  readonly at: number;
  readonly windowMs: number;
  /** One a series that had something; none twice. */
  readonly tallies: ReadonlyMap<string, Tally>;
  /** Some stage reported something for this window. When none did, it is open whether nothing happened or nobody saw it. */
  readonly observed: boolean;
}

/**
 * Gathers summaries into windows of collector time. A window closes when its stage has passed it and the time allowed
 * for stragglers is over; windows of a stage close in order and once.
 */
export class OpenWindows {
  private readonly stages = new Map<
    FlowStage,
    { next: number; readonly open: Map<number, Map<string, Tally>> }
  >();
  private readonly observed = new Set<number>();
  private tallies = 0;

  /**
   * @param latenessMs wall-clock time that a window stays open after its end
   * @param capacity tallies held in open windows; beyond it the oldest windows close early
   */
  constructor(
    private readonly windowMs: number,
    private readonly latenessMs: number,
    private readonly capacity: number,
  ) {}

  /** Adds a summary under a (possibly folded) name. False: its window is closed already. */
  add(counts: StageCounts, stage: FlowStage, name: SeriesName): boolean {
    const at = Math.floor(counts.collector_tstamp / this.windowMs) * this.windowMs;
    const known = this.stages.get(stage);
    if (known && at < known.next) return false;
    const open = known?.open ?? new Map<number, Map<string, Tally>>();
    if (!known) this.stages.set(stage, { next: Number.NEGATIVE_INFINITY, open });
    const window = open.get(at) ?? new Map<string, Tally>();
    open.set(at, window);
    this.observed.add(at);
    const key = keyOfSeries(name);
    let tally = window.get(key);
    if (!tally) {
      tally = emptyTally(stage, name.appId, name.series);
      window.set(key, tally);
      this.tallies += 1;
    }
    addCounts(tally, counts);
    return true;
  }

  /** Nothing before this time is accepted any more: history has it. */
  startAt(time: number): void {
    for (const stage of flow) {
      const open = this.stages.get(stage)?.open ?? new Map<number, Map<string, Tally>>();
      this.stages.set(stage, { next: Math.ceil(time / this.windowMs) * this.windowMs, open });
    }
  }

  /** Closes what can be closed at `now`, in the order of time and flow. */
  close(watermark: (stage: FlowStage) => number, now: number): readonly ClosedWindow[] {
    const closed: ClosedWindow[] = [];
    for (const stage of flow) {
      const windows = this.stages.get(stage);
      if (!windows) continue;
      const mark = Math.min(watermark(stage), now - this.latenessMs);
      this.closeStage(stage, windows, this.tallies > this.capacity ? this.relieved(mark) : mark, closed);
    }
    this.forgetObserved();
    return closed.sort((a, b) => a.at - b.at || flow.indexOf(a.stage) - flow.indexOf(b.stage));
  }

  /** Tallies held in open windows. */
  get size(): number {
    return this.tallies;
  }

  /** Start of the first window of a stage that is still open; null before the first. */
  openSince(stage: FlowStage): number | null {
    const next = this.stages.get(stage)?.next;
    return next === undefined || next === Number.NEGATIVE_INFINITY ? null : next;
  }

  private closeStage(
    stage: FlowStage,
    windows: { next: number; readonly open: Map<number, Map<string, Tally>> },
    mark: number,
    closed: ClosedWindow[],
  ): void {
    if (windows.next === Number.NEGATIVE_INFINITY) {
      if (windows.open.size === 0) return;
      windows.next = Math.min(...windows.open.keys());
    }
    for (let at = windows.next; at + this.windowMs <= mark; at += this.windowMs) {
      const tallies = windows.open.get(at) ?? new Map<string, Tally>();
      windows.open.delete(at);
      this.tallies -= tallies.size;
      windows.next = at + this.windowMs;
      closed.push({ stage, at, windowMs: this.windowMs, tallies, observed: this.observed.has(at) });
    }
  }

  /** The end of the oldest open window, where that is later: memory is bounded, completeness then is not. */
  private relieved(mark: number): number {
    const oldest = Math.min(...[...this.stages.values()].flatMap(({ open }) => [...open.keys()]));
    return Math.max(mark, oldest + this.windowMs);
  }

  private forgetObserved(): void {
    if (this.observed.size * this.windowMs < 2 * WEEK) return;
    let newest = Number.NEGATIVE_INFINITY;
    for (const at of this.observed) newest = Math.max(newest, at);
    for (const at of this.observed) if (at < newest - WEEK) this.observed.delete(at);
  }
}
