import { TOTAL } from '@headwater/stage';
import type { ClosedWindow } from '../counts/open-windows';
import { keyOfSeries } from '../counts/series-table';
import { ALL_APPS, flow, PAYLOADS, type FlowStage } from '../counts/tally';
import { CountWatch, type CountVerdict, type CountWatchSettings } from './count-watch';

/** A watched count and what was last said of it. */
export interface WatchedCount {
  readonly stage: FlowStage;
  readonly appId: string;
  readonly series: string;
  readonly verdict: CountVerdict;
  /** The same happens to what this series is a part of (the app, or all apps), to the same degree: one alert is enough. */
  readonly explained: boolean;
}

interface Entry {
  readonly stage: FlowStage;
  readonly appId: string;
  readonly series: string;
  readonly watch: CountWatch;
  verdict: CountVerdict | null;
}

/** Effects that differ by less are taken for one and the same. */
const SAME_EFFECT = 0.25;

/** The baselines of all watched counts, shared by the checks that read them: every series is learned once. */
export class CountWatches {
  private readonly stages = new Map<FlowStage, Map<string, Entry>>();

  /** @param watched stages whose incoming units are watched; the others add nothing that accounting does not see */
  constructor(
    private readonly watched: readonly string[],
    private readonly settings: CountWatchSettings,
  ) {}

  /** Takes a closed window: every series of its stage counts what it had, or zero. */
  step(window: ClosedWindow, threshold: number): void {
    if (!this.watched.includes(window.stage)) return;
    const entries = this.stages.get(window.stage) ?? new Map<string, Entry>();
    this.stages.set(window.stage, entries);
    for (const [key, { stage, appId, series }] of window.tallies) {
      if (series === PAYLOADS || entries.has(key)) continue;
      entries.set(key, { stage, appId, series, watch: new CountWatch(this.settings), verdict: null });
    }
    for (const [key, entry] of entries)
      entry.verdict = entry.watch.step(window.at, window.tallies.get(key)?.in ?? 0, threshold);
  }

  /** The watched counts of a stage, each with its last verdict. */
  *of(stage: FlowStage): Iterable<WatchedCount> {
    for (const { verdict, appId, series } of this.stages.get(stage)?.values() ?? [])
      if (verdict)
        yield { stage, appId, series, verdict, explained: this.isExplained(stage, appId, series, verdict) };
  }

  /**
   * Evidence in nats that a window in which all apps were silent is not just chance; 0 while it is being learned.
   * Asked of the first watched stage that knows.
   */
  silenceEvidence(at: number): number {
    for (const stage of flow) {
      let evidence = 0;
      for (const { series, watch } of this.stages.get(stage)?.values() ?? [])
        if (series === TOTAL) evidence += watch.silenceEvidence(at);
      if (evidence > 0) return evidence;
    }
    return 0;
  }

  forget(seriesKey: string): void {
    for (const entries of this.stages.values()) entries.delete(seriesKey);
  }

  get size(): number {
    let size = 0;
    for (const entries of this.stages.values()) size += entries.size;
    return size;
  }

  /** Series whose baseline is not trusted yet. */
  get learning(): number {
    let learning = 0;
    for (const entries of this.stages.values())
      for (const { verdict } of entries.values()) if (verdict?.mean == null) learning += 1;
    return learning;
  }

  private isExplained(stage: FlowStage, appId: string, series: string, { change }: CountVerdict): boolean {
    if (!change) return false;
    const wholes = [
      ...(series === TOTAL ? [] : [this.find(stage, appId)]),
      ...(appId === ALL_APPS ? [] : [this.find('collector', ALL_APPS)]),
    ];
    return wholes.some((whole) => {
      const other = whole?.verdict?.change;
      return other != null && Math.abs(other.effect - change.effect) < SAME_EFFECT;
    });
  }

  private find(stage: FlowStage, appId: string): Entry | undefined {
    return this.stages.get(stage)?.get(keyOfSeries({ appId, series: TOTAL }));
  }
}
