import type { QualityAlert, StageCounts } from '@headwater/contracts';
import { GAP } from '@headwater/stage';
import { checks as allChecks } from './checks';
import type { Check, CheckContext, InputState, Unaccounted, Watcher } from './checks/check';
import { LinkWatch, type LinkName, type LinkSighting } from './counts/link-watch';
import { OpenWindows, type ClosedWindow } from './counts/open-windows';
import { Progress } from './counts/progress';
import { SeenIds } from './counts/seen-ids';
import { SeriesTable } from './counts/series-table';
import { isFlowStage, type FlowStage } from './counts/tally';
import { evidenceThreshold } from './detection/budget';
import { COUNT_HYPOTHESES } from './detection/count-watch';
import { CountWatches } from './detection/count-watches';
import { Incidents, type Incident } from './incidents/incidents';
import type { QualitySettings } from './settings';
import { DAY, HOUR, MINUTE, SECOND } from './time';

/** What became of a summary. */
export type Intake = 'counted' | 'duplicate' | 'late' | 'ahead' | 'ignored';

export interface MonitorStatus {
  readonly incidents: readonly Incident[];
  /** Series watched one by one, and those of them whose baseline is not trusted yet. */
  readonly series: number;
  readonly learning: number;
  /** Tallies in windows that are still open. */
  readonly openTallies: number;
  /** Evidence in nats that opens a deviation of a count. */
  readonly threshold: number;
  /** By reporting stage: start of the first window that is still open, collector time. */
  readonly watermarks: Readonly<Partial<Record<FlowStage, number>>>;
  /** What is not accounted for of the last day, by stage and app. */
  readonly imbalance: readonly Unaccounted[];
}

/** Tallies in open windows beyond this close the oldest windows early: about 200 MB. */
const MOST_OPEN_TALLIES = 500_000;
const FORGOTTEN_AFTER = 14 * DAY;
/** Pauses up to this long count as zeros while the traffic is not known yet. */
const LEARNING_PAUSE = 30 * MINUTE;

interface Running {
  readonly check: Check;
  readonly watcher: Watcher;
}

/**
 * Stage counts in, alerts out. Knows no clock and no transport: time is passed in, so history, live traffic and a
 * simulation run through the same functions.
 *
 * Life: `learn` history in order of time, `begin`; from then on `ingest` and `tick`.
 */
export class QualityMonitor {
  private readonly windowMs: number;
  private readonly maxAheadMs: number;
  private readonly seen: SeenIds;
  private readonly table: SeriesTable;
  private readonly windows: OpenWindows;
  private readonly progress = new Progress();
  private readonly links = new LinkWatch();
  private readonly counts: CountWatches;
  private readonly incidents: Incidents;
  private readonly running: readonly Running[];
  private readonly runbooks: ReadonlyMap<string, string>;
  private seam = Number.NEGATIVE_INFINITY;
  private everSeen = false;
  /** Stretches of collector time that nobody saw, while some stage has them before it. */
  private readonly unknown: { readonly from: number; readonly until: number }[] = [];
  private lastArrival = Number.NaN;
  private readonly ownLag = new Map<string, { lag: number; readUpTo: number }>();

  constructor(
    private readonly settings: QualitySettings,
    checks: readonly Check[] = allChecks,
  ) {
    this.windowMs = settings.windowSeconds * SECOND;
    this.maxAheadMs = settings.maxAheadSeconds * SECOND;
    this.seen = new SeenIds(settings.rememberedIds);
    this.table = new SeriesTable(settings.maxSeries, FORGOTTEN_AFTER);
    this.windows = new OpenWindows(this.windowMs, settings.latenessSeconds * SECOND, MOST_OPEN_TALLIES);
    this.counts = new CountWatches(settings.countStages, {
      windowMs: this.windowMs,
      warmUpMs: settings.warmUpHours * HOUR,
      rebaselineMs: settings.rebaselineHours * HOUR,
      leastEffect: settings.leastEffect,
      leastEvents: settings.leastEvents,
    });
    this.incidents = new Incidents(settings.recoveryMinutes * MINUTE);
    const context: CheckContext = {
      windowMs: this.windowMs,
      rebaselineMs: settings.rebaselineHours * HOUR,
      counts: this.counts,
      progress: this.progress,
      links: this.links,
      threshold: (hypotheses) => this.threshold(hypotheses),
    };
    this.running = checks.flatMap((check) => {
      const watcher = check.start(settings.checks[check.name], context);
      return watcher ? [{ check, watcher }] : [];
    });
    this.runbooks = new Map(checks.map(({ name, runbook }) => [name, runbook]));
  }

  /** Takes summaries of history, in the order of their collector time; they may be added up by minute. Tells nothing. */
  learn(history: Iterable<StageCounts>): void {
    this.incidents.silenced(() => {
      let minute = Number.NaN;
      for (const counts of history) {
        if (counts.series === GAP) continue;
        if (counts.collector_tstamp !== minute)
          this.close(Number.POSITIVE_INFINITY, () => counts.collector_tstamp);
        minute = counts.collector_tstamp;
        this.progress.note(counts, minute);
        this.count(counts);
      }
    });
  }

  /**
   * Ends history: what lies before `seam` is known, and summaries of it that still come are left out. Takes up the alerts
   * that an earlier life raised and did not resolve. Deviations that history shows and nobody was told of come back.
   *
   * @param seam collector time up to which history is complete; null without history
   */
  begin(seam: number | null, open: readonly QualityAlert[], now: number): readonly QualityAlert[] {
    if (seam !== null) {
      this.incidents.silenced(() => this.close(Number.POSITIVE_INFINITY, () => seam));
      this.windows.startAt(seam);
      this.seam = seam;
    }
    this.lastArrival = now;
    this.incidents.restore(open, (check) => this.runbooks.get(check) ?? '', now);
    return this.incidents.untold();
  }

  /** Takes a summary that arrived at `now`. */
  ingest(counts: StageCounts, now: number): Intake {
    if (!isFlowStage(counts.stage) || counts.series === null) return 'ignored';
    if (counts.collector_tstamp > now + this.maxAheadMs) return 'ahead';
    if (!this.seen.add(counts.counts_id)) return 'duplicate';
    this.lastArrival = Math.max(this.lastArrival, now);
    if (counts.series !== GAP) this.progress.note(counts, now);
    if (counts.collector_tstamp < this.seam) return 'late';
    const isInTime = this.count(counts, now);
    return isInTime ? 'counted' : 'late';
  }

  /**
   * How far the monitor has read one partition of stage-counts.
   *
   * @param lag records behind it, @param readUpTo time of the last record read
   */
  noteRead(partition: string, lag: number, readUpTo: number, now: number): void {
    this.progress.noteOwn(partition, lag, readUpTo - this.settings.latenessSeconds * SECOND, now);
    this.ownLag.set(partition, { lag, readUpTo });
  }

  /** What was seen of a link between two stages. */
  noteLink(sighting: LinkSighting): void {
    this.links.note(sighting);
  }

  /** Links that are worth a look: their positions would settle what the last tick had to leave open. */
  waitsFor(): ReadonlySet<LinkName> {
    return new Set(this.running.flatMap(({ watcher }) => [...(watcher.waitsFor ?? [])]));
  }

  /** A partition that somebody else reads from now on. */
  noteReleased(partition: string): void {
    this.progress.noteOwn(partition, 0, 0, 0);
    this.ownLag.delete(partition);
  }

  /** The clock stands at `now`: closes windows, runs the checks; what changes for the outside comes back. */
  tick(now: number): readonly QualityAlert[] {
    const alerts = [...this.close(now, (stage) => this.progress.watermark(stage, now))];
    const input = this.inputState();
    for (const { check, watcher } of this.running)
      for (const observation of watcher.onTick?.(now, input) ?? [])
        alerts.push(...this.incidents.apply(check, observation));
    alerts.push(...this.incidents.expire(now, this.settings.rebaselineHours * HOUR));
    return alerts;
  }

  status(): MonitorStatus {
    return {
      incidents: this.incidents.list(),
      series: this.table.size,
      learning: this.counts.learning,
      openTallies: this.windows.size,
      threshold: this.threshold(COUNT_HYPOTHESES.length),
      watermarks: this.watermarks(),
      imbalance: this.running.flatMap(({ watcher }) => watcher.imbalance?.() ?? []),
    };
  }

  private watermarks(): Readonly<Partial<Record<FlowStage, number>>> {
    const open = this.progress.reporting.map((stage) => [stage, this.windows.openSince(stage)] as const);
    return Object.fromEntries(open.filter(([, since]) => since !== null));
  }

  private count(counts: StageCounts, now: number | null = null): boolean {
    if (!isFlowStage(counts.stage) || counts.series === null) return false;
    this.everSeen = true;
    if (counts.series === GAP) {
      // It counts nothing, and no traffic is expected of it.
      if (now !== null) for (const { watcher } of this.running) watcher.onCounts?.(counts, now);
      return true;
    }
    const name = this.table.place(counts.app_id, counts.series, counts.collector_tstamp);
    if (now !== null) {
      const folded = name.appId === counts.app_id ? counts : { ...counts, app_id: name.appId };
      for (const { watcher } of this.running) watcher.onCounts?.(folded, now);
    }
    return this.windows.add(counts, counts.stage, name);
  }

  private close(now: number, watermark: (stage: FlowStage) => number): readonly QualityAlert[] {
    for (const key of this.table.takeForgotten()) {
      this.counts.forget(key);
      for (const { watcher } of this.running) watcher.forget?.(key);
    }
    const alerts: QualityAlert[] = [];
    for (const window of this.known(this.windows.close(watermark, now))) {
      this.counts.step(window, this.threshold(COUNT_HYPOTHESES.length));
      for (const { check, watcher } of this.running)
        for (const observation of watcher.onWindow?.(window) ?? [])
          alerts.push(...this.incidents.apply(check, observation));
    }
    return alerts;
  }

  /**
   * Leaves out windows in which no stage reported anything, unless silence is nothing unusual there: what nobody saw is
   * not zero. A pause is judged as a whole. The windows at its edges hold only a part of what there was, or what had piled
   * up meanwhile: they are left out with it.
   */
  private known(closed: readonly ClosedWindow[]): readonly ClosedWindow[] {
    const times = [...new Set(closed.filter(({ observed }) => !observed).map(({ at }) => at))].sort(
      (a, b) => a - b,
    );
    const resume = this.settings.resumeMinutes * MINUTE;
    for (let first = 0; first < times.length;) {
      let last = first;
      while ((times[last + 1] ?? Number.NaN) - (times[last] ?? 0) === this.windowMs) last += 1;
      const pause = times.slice(first, last + 1);
      const [start = 0, end = 0] = [pause.at(0), pause.at(-1)];
      if (!this.isPlausible(pause))
        this.unknown.push({ from: start - this.windowMs, until: end + this.windowMs + resume });
      first = last + 1;
    }
    const isKnown = (at: number): boolean =>
      !this.unknown.some(({ from, until }) => at >= from && at < until);
    const known = closed.filter(({ at }) => isKnown(at));
    const oldest = Math.min(...Object.values(this.watermarks()));
    while (this.unknown[0] && this.unknown[0].until <= oldest) this.unknown.shift();
    return known;
  }

  private isPlausible(pause: readonly number[]): boolean {
    const limit = this.threshold(1) / 2;
    let evidence = 0;
    for (const at of pause) {
      const more = this.counts.silenceEvidence(at);
      if (more === null) return pause.length * this.windowMs <= LEARNING_PAUSE;
      evidence += more;
      if (evidence >= limit) return false;
    }
    return true;
  }

  private threshold(hypotheses: number): number {
    const tests = this.running.reduce((sum, { watcher }) => sum + (watcher.tests ?? 0), this.counts.size);
    return evidenceThreshold({
      falseAlarmsPerWeek: this.settings.falseAlarmsPerWeek,
      series: tests,
      hypotheses,
      windowMs: this.windowMs,
    });
  }

  private inputState(): InputState {
    let [lag, readUpTo] = [0, Number.POSITIVE_INFINITY];
    for (const partition of this.ownLag.values()) {
      if (partition.lag === 0) continue;
      lag += partition.lag;
      readUpTo = Math.min(readUpTo, partition.readUpTo);
    }
    return { lastArrival: this.lastArrival, lag, readUpTo, everSeen: this.everSeen };
  }
}
