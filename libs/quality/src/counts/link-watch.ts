import type { FlowStage } from './tally';

/** A way between two stages: a topic, and the stage whose group reads it. It is named by that stage. */
export type LinkName = Exclude<FlowStage, 'collector'>;

/** Offsets by partition. */
export type Offsets = ReadonlyMap<number, bigint>;

/** What was seen of a link at one time. It is asked in the order of these fields, each after the answer before it. */
export interface LinkSighting {
  readonly link: LinkName;
  /** Clock before anything was asked. */
  readonly at: number;
  /** Where the topic of the link ends, what no transaction has committed yet included. */
  readonly ends: Offsets;
  /** What the stage that reads it has committed; the start of the log where it has committed nothing. */
  readonly committed: Offsets;
  /** Where stage-counts ends, what no transaction has committed yet included. */
  readonly countsEnds: Offsets;
  /** How far this monitor has read stage-counts. */
  readonly countsRead: Offsets;
}

/** A point that the reading stage has to pass, and then the monitor itself. */
interface Target {
  readonly at: number;
  readonly ends: Offsets;
  /** Ends of stage-counts when the stage was seen behind `ends`; null before. */
  counts: Offsets | null;
}

/** What checks may ask of a link. */
export interface LinkProgress {
  /** Everything that a count read up to this time speaks of has passed the link and was counted behind it; −∞ if unknown. */
  passed(link: LinkName): number;
  /** When the link was last looked at; −∞ if never. */
  heardAt(link: LinkName): number;
}

/** Targets on their way, for each link: one more replaces the latest. */
const MOST_TARGETS = 20;

/**
 * Up to what time everything in a topic was read by the next stage, and everything counted of it by this monitor.
 *
 * Stages write their counts before, or in one transaction with, the offset that they commit, and a record before or with
 * its counts. So where a count that the monitor has read speaks of a record, the topic holds the record; once the next stage
 * has committed behind it, stage-counts holds that stage's count of it; and once the monitor has read stage-counts to the
 * end that it had then, it knows both. What still differs is no longer on its way.
 */
export class LinkWatch implements LinkProgress {
  private readonly links = new Map<LinkName, { heardAt: number; passed: number; targets: Target[] }>();

  note({ link: name, at, ends, committed, countsEnds, countsRead }: LinkSighting): void {
    const link = this.links.get(name) ?? { heardAt: at, passed: Number.NEGATIVE_INFINITY, targets: [] };
    this.links.set(name, link);
    link.heardAt = at;
    // A log that ends earlier than before was made anew: nobody will come to where it ended.
    link.targets = link.targets.filter(
      (target) => has(ends, target.ends) && (target.counts === null || has(countsEnds, target.counts)),
    );
    if (link.targets.length === MOST_TARGETS) link.targets.pop();
    link.targets.push({ at, ends, counts: null });
    for (const target of link.targets) if (has(committed, target.ends)) target.counts ??= countsEnds;
    const last = link.targets.findLastIndex(({ counts }) => counts !== null && has(countsRead, counts));
    const reached = link.targets.splice(0, last + 1).at(-1);
    if (reached) link.passed = reached.at;
  }

  passed(link: LinkName): number {
    return this.links.get(link)?.passed ?? Number.NEGATIVE_INFINITY;
  }

  heardAt(link: LinkName): number {
    return this.links.get(link)?.heardAt ?? Number.NEGATIVE_INFINITY;
  }
}

const has = (reached: Offsets, ends: Offsets): boolean =>
  [...ends].every(([partition, end]) => (reached.get(partition) ?? -1n) >= end);
