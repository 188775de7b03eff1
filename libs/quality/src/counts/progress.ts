import type { StageCounts } from '@headwater/contracts';
import { minuteOf } from '@headwater/stage';
import { MINUTE } from '../time';
import { flow, isFlowStage, type FlowStage } from './tally';

/** How far a partition that still has records behind has been read. */
interface Behind {
  readonly upTo: number;
  readonly since: number;
}

interface StageProgress {
  /** Latest collector minute that the stage reported, and the latest in which it handed something on. */
  seen: number;
  handedOn: number;
  /** Wall-clock times: `seen` last grew; the stage before has been ahead without a break. */
  advancedAt: number;
  behindSince: number | null;
  /** By input partition of the stage: those that were behind when last heard of. */
  readonly behind: Map<string, Behind>;
}

/** A partition that says nothing for so long holds no window back any more: `freshness` speaks of it instead. */
const LONGEST_HOLD = 10 * MINUTE;
const RANGE = /^(.+\/\d+)\/\d+-\d+$/;

/**
 * How far each stage has come, in collector time. The pipeline as a whole is as far as the latest summary of any stage;
 * a stage is as far as the pipeline, unless the stage before it has handed on something later than it has seen, or one
 * of its partitions is behind.
 */
export class Progress {
  private readonly stages = new Map<FlowStage, StageProgress>();
  private readonly ownBehind = new Map<string, Behind>();
  private latest = Number.NEGATIVE_INFINITY;

  /** Takes note of a summary that arrived at `now`. */
  note(counts: StageCounts, now: number): void {
    if (!isFlowStage(counts.stage)) return;
    const minute = minuteOf(counts.collector_tstamp);
    const stage = this.stageOf(counts.stage);
    if (minute > stage.seen) stage.advancedAt = now;
    stage.seen = Math.max(stage.seen, minute);
    if ((counts.out_count ?? 0) > 0) stage.handedOn = Math.max(stage.handedOn, minute);
    this.latest = Math.max(this.latest, minute);
    for (const [name, progress] of this.stages)
      progress.behindSince = this.behindUpstream(name) > 0 ? (progress.behindSince ?? now) : null;
    const partition = RANGE.exec(counts.source ?? '')?.[1];
    if (partition === undefined) return;
    if ((counts.lag_records ?? 0) > 0) {
      const upTo = Math.max(minute, stage.behind.get(partition)?.upTo ?? minute);
      stage.behind.set(partition, { upTo, since: now });
    } else stage.behind.delete(partition);
  }

  /**
   * Takes note of how far the monitor itself has read a partition of stage-counts.
   *
   * @param upTo time of the last record read; later ones may still speak of minutes from then on
   */
  noteOwn(partition: string, lag: number, upTo: number, now: number): void {
    if (lag > 0) this.ownBehind.set(partition, { upTo, since: now });
    else this.ownBehind.delete(partition);
  }

  /** Everything that the stage did in minutes before this has been heard of, as far as can be known. */
  watermark(stage: FlowStage, now: number): number {
    const progress = this.stages.get(stage);
    if (!progress) return Number.NEGATIVE_INFINITY;
    let mark = this.isBehindUpstream(stage) ? progress.seen : this.latest;
    for (const { upTo, since } of progress.behind.values())
      if (now - since < LONGEST_HOLD) mark = Math.min(mark, upTo);
    for (const { upTo, since } of this.ownBehind.values())
      if (now - since < LONGEST_HOLD) mark = Math.min(mark, upTo);
    return minuteOf(mark);
  }

  /** Milliseconds of collector time by which a stage is behind what was handed to it; 0 when it is not. */
  behindUpstream(stage: FlowStage): number {
    const seen = this.stages.get(stage)?.seen;
    const handedOn = this.upstreamOf(stage)?.handedOn ?? Number.NEGATIVE_INFINITY;
    return seen === undefined || seen === Number.NEGATIVE_INFINITY ? 0 : Math.max(0, handedOn - seen);
  }

  /**
   * Milliseconds for which a stage has stood still although something waits for it, or has been behind by as much; 0
   * when it is not behind. Between two minutes every stage is behind for a moment: that is short.
   */
  stalledFor(stage: FlowStage, now: number): number {
    const progress = this.stages.get(stage);
    if (!progress || progress.behindSince === null) return 0;
    const standing = now - Math.max(progress.advancedAt, progress.behindSince);
    return Math.max(standing, Math.min(this.behindUpstream(stage), now - progress.behindSince));
  }

  /** Latest minute that a stage reported; −∞ when it never did. */
  seen(stage: FlowStage): number {
    return this.stages.get(stage)?.seen ?? Number.NEGATIVE_INFINITY;
  }

  /** Latest minute that any stage reported; −∞ when none ever did. */
  get pipeline(): number {
    return this.latest;
  }

  /** Stages that ever reported, in the order of the flow. */
  get reporting(): readonly FlowStage[] {
    return flow.filter((stage) => this.stages.has(stage));
  }

  private isBehindUpstream(stage: FlowStage): boolean {
    return this.behindUpstream(stage) > 0;
  }

  /** The nearest stage before this one that reports. */
  private upstreamOf(stage: FlowStage): StageProgress | undefined {
    return flow
      .slice(0, flow.indexOf(stage))
      .map((name) => this.stages.get(name))
      .findLast((progress) => progress !== undefined);
  }

  private stageOf(stage: FlowStage): StageProgress {
    const found = this.stages.get(stage);
    if (found) return found;
    const fresh: StageProgress = {
      seen: Number.NEGATIVE_INFINITY,
      handedOn: Number.NEGATIVE_INFINITY,
      advancedAt: Number.NEGATIVE_INFINITY,
      behindSince: null,
      behind: new Map(),
    };
    this.stages.set(stage, fresh);
    return fresh;
  }
}
