/** A piece of a function, in characters of the script, and how often it ran; what is within it is a piece of its own. */
export interface CoveredRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** What ran of a script, as V8 tells it: functions, each with its pieces from the outside in. */
export interface CoveredScript {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly CoveredRange[] }[];
}

/** What was ever seen of a function. */
interface Seen {
  /** 1 for each character that ran. */
  readonly ran: Uint8Array;
  /** Where pieces began or ended. */
  readonly cuts: Set<number>;
}

/**
 * Which blocks have ever run. V8 names only blocks that ran otherwise than what is around them, so a block has no name
 * that stays: what is kept is the characters that ran, by function. (Not by script: a function's text lies within that of
 * the function around it, which runs without it.)
 */
export class CoveredBlocks {
  private readonly functions = new Map<string, Seen>();

  /** Number of blocks that ran for the first time; from now on they are known. */
  add(scripts: readonly CoveredScript[]): number {
    return this.fresh(scripts, true);
  }

  /** Whether a block ran that never ran before. */
  hasFresh(scripts: readonly CoveredScript[]): boolean {
    return this.fresh(scripts, false) > 0;
  }

  /** Functions that ran. */
  get functionCount(): number {
    return this.functions.size;
  }

  /** Blocks that ran, cut wherever one was ever seen to begin or end. */
  get blockCount(): number {
    let blocks = 0;
    for (const { ran, cuts } of this.functions.values())
      for (const cut of cuts) if (ran[cut] === 1) blocks += 1;
    return blocks;
  }

  private fresh(scripts: readonly CoveredScript[], keep: boolean): number {
    let fresh = 0;
    for (const { url, functions } of scripts)
      for (const { ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || ranges.every(({ count }) => count === 0)) continue;
        const length = whole.endOffset - whole.startOffset;
        const name = `${url}:${String(whole.startOffset)}-${String(whole.endOffset)}`;
        const seen = this.functions.get(name) ?? { ran: new Uint8Array(length), cuts: new Set() };
        fresh += freshIn(seen, ranges, whole.startOffset, keep);
        if (keep) this.functions.set(name, seen);
      }
    return fresh;
  }
}

/** Runs of characters that ran for the first time. */
function freshIn({ ran, cuts }: Seen, ranges: readonly CoveredRange[], from: number, keep: boolean): number {
  const now = new Uint8Array(ran.length);
  for (const { startOffset, endOffset, count } of ranges) {
    now.fill(count > 0 ? 1 : 0, startOffset - from, endOffset - from);
    if (keep) cuts.add(startOffset - from).add(endOffset - from);
  }
  let fresh = 0;
  let isWithin = false;
  for (let at = 0; at < now.length; at += 1) {
    const isFresh = now[at] === 1 && ran[at] === 0;
    if (isFresh && !isWithin) fresh += 1;
    isWithin = isFresh;
    if (isFresh && keep) ran[at] = 1;
  }
  return fresh;
}
