import { TOTAL } from '@headwater/stage';
import type { ClosedWindow } from '../counts/open-windows';
import { keyOfSeries } from '../counts/series-table';
import { ALL_APPS, flow, PAYLOADS, type FlowStage } from '../counts/tally';
import { CountWatch, type CountVerdict, type CountWatchSettings } from './count-watch';

/** `open`: the parts of a whole have not been judged yet. */
export type Explained = 'no' | 'open' | 'yes';

/** A watched count and what was last said of it. */
export interface WatchedCount {
  readonly stage: FlowStage;
  readonly appId: string;
  readonly series: string;
  readonly verdict: CountVerdict;
  /**
   * Another series is what deviates: the whole that this is a part of (the app, or all apps together), if the rest of it
   * moves along; or a part of this one, if the rest does not. One alert is enough.
   */
  readonly explained: Explained;
}

interface Entry {
  readonly stage: FlowStage;
  readonly appId: string;
  readonly series: string;
  readonly watch: CountWatch;
  verdict: CountVerdict | null;
}

/** The first stage that tells apps apart. */
const APPS_STAGE: FlowStage = 'enricher';
/** A part that is so much of its whole is the same thing. */
const SAME_THING = 0.9;
/** What is left of a whole without one part moves with the part if its effect is at least this share of the part's. */
const MOVES_ALONG = 0.5;

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

  /**
   * What there is to say after a window of a stage: its counts, each with its last verdict, and after the one in which the
   * apps are first told apart once more all of them together, which could not be judged before.
   */
  *after(stage: FlowStage): Iterable<WatchedCount> {
    for (const entry of this.stages.get(stage)?.values() ?? []) yield* this.watchedOf(entry);
    const together = this.find('collector', ALL_APPS);
    if (stage === APPS_STAGE && together) yield* this.watchedOf(together);
  }

  /**
   * Evidence in nats that a window in which all apps were silent is not just chance; null while it is being learned.
   * Asked of the first watched stage that knows.
   */
  silenceEvidence(at: number): number | null {
    for (const stage of flow) {
      let [evidence, isKnown] = [0, false];
      for (const { series, watch } of this.stages.get(stage)?.values() ?? []) {
        const own = series === TOTAL ? watch.silenceEvidence(at) : null;
        if (own === null) continue;
        evidence += own;
        isKnown = true;
      }
      if (isKnown) return evidence;
    }
    return null;
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

  private *watchedOf({ stage, appId, series, verdict }: Entry): Iterable<WatchedCount> {
    if (!verdict) return;
    const entry = { stage, appId, series, verdict };
    yield { ...entry, explained: verdict.change === null ? 'no' : this.explained(entry) };
  }

  private explained(judged: Judged): Explained {
    const whole = this.wholeOf(judged);
    // The rest of the whole moves with this part: the whole is what deviates.
    if (whole && this.relation(judged, whole) === 'whole') return 'yes';
    for (const part of this.partsOf(judged)) {
      if (part.verdict.at < judged.verdict.at) return 'open';
      if (this.relation(part, judged) === 'part') return 'yes';
    }
    return 'no';
  }

  private relation(part: Judged, whole: Judged): 'part' | 'whole' | 'none' {
    const [a, b] = [part.verdict.change, whole.verdict.change];
    if (!a || !b || Math.sign(a.effect) !== Math.sign(b.effect)) return 'none';
    const [partMean, wholeMean] = [part.verdict.mean, this.meanOf(whole)];
    if (partMean === null || wholeMean === null) return 'whole';
    if (partMean >= SAME_THING * wholeMean) return whole.appId === ALL_APPS ? 'part' : 'whole';
    const rest = (b.effect * wholeMean - a.effect * partMean) / (wholeMean - partMean);
    return rest / a.effect >= MOVES_ALONG ? 'whole' : 'part';
  }

  /** Expected count of a whole, in the unit of its parts: a payload holds several events. */
  private meanOf(whole: Judged): number | null {
    if (whole.appId !== ALL_APPS) return whole.verdict.mean;
    let sum = 0;
    for (const { verdict } of this.partsOf(whole)) {
      if (verdict.mean === null) return null;
      sum += verdict.mean;
    }
    return sum;
  }

  private wholeOf({ stage, appId, series }: Judged): Judged | null {
    const whole =
      series !== TOTAL
        ? this.find(stage, appId)
        : appId !== ALL_APPS && stage === APPS_STAGE
          ? this.find('collector', ALL_APPS)
          : undefined;
    return whole && isJudged(whole) ? whole : null;
  }

  private *partsOf({ stage, appId, series }: Judged): Iterable<Judged> {
    if (series !== TOTAL) return;
    const isEverything = appId === ALL_APPS;
    for (const entry of this.stages.get(isEverything ? APPS_STAGE : stage)?.values() ?? [])
      if (
        isJudged(entry) &&
        (isEverything ? entry.series === TOTAL : entry.appId === appId && entry.series !== TOTAL)
      )
        yield entry;
  }

  private find(stage: FlowStage, appId: string): Entry | undefined {
    return this.stages.get(stage)?.get(keyOfSeries({ appId, series: TOTAL }));
  }
}

type Judged = Pick<Entry, 'stage' | 'appId' | 'series'> & { readonly verdict: CountVerdict };

const isJudged = (entry: Entry): entry is Entry & { verdict: CountVerdict } => entry.verdict !== null;
