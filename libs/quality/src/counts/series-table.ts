import { TOTAL } from '@headwater/stage';
import { HOUR } from '../time';
import { ALL_APPS, PAYLOADS } from './tally';

/** Where the apps go for which there is no room, and the events of an app for which there is none. */
export const OTHER_APPS = '~other';
export const OTHER_EVENTS = 'event_name=*';

export interface SeriesName {
  readonly appId: string;
  readonly series: string;
}

const SEPARATOR = '\u001f';
export const keyOfSeries = ({ appId, series }: SeriesName): string => `${appId}${SEPARATOR}${series}`;

/**
 * Keeps the number of series bounded whatever the traffic looks like: the first `capacity` have a place of their own, a
 * new event of a full table is folded into its app's `event_name=*`, a new app into `~other`. Series that were silent
 * for `forgottenAfterMs` make room when it is needed.
 */
export class SeriesTable {
  private readonly lastSeen = new Map<string, number>();
  private sweptAt = Number.NEGATIVE_INFINITY;
  private readonly forgotten: string[] = [];

  constructor(
    private readonly capacity: number,
    private readonly forgottenAfterMs: number,
  ) {}

  /** The series that a summary counts for; `minute` is its collector time. */
  place(appId: string, series: string, minute: number): SeriesName {
    if (appId === ALL_APPS) return { appId, series };
    const own = { appId, series };
    if (this.admit(own, minute)) return own;
    const app = { appId, series: TOTAL };
    if (series !== TOTAL && this.lastSeen.has(keyOfSeries(app))) return { appId, series: OTHER_EVENTS };
    return { appId: OTHER_APPS, series: series === TOTAL || series === PAYLOADS ? series : OTHER_EVENTS };
  }

  /** Keys of series that made room since the last call: whoever keeps state for them lets it go. */
  takeForgotten(): readonly string[] {
    return this.forgotten.splice(0);
  }

  get size(): number {
    return this.lastSeen.size;
  }

  private admit(name: SeriesName, minute: number): boolean {
    const key = keyOfSeries(name);
    const seen = this.lastSeen.get(key);
    if (seen === undefined && this.lastSeen.size >= this.capacity) {
      this.sweep(minute);
      if (this.lastSeen.size >= this.capacity) return false;
    }
    if (seen === undefined || minute > seen) this.lastSeen.set(key, minute);
    return true;
  }

  private sweep(minute: number): void {
    if (minute - this.sweptAt < HOUR) return;
    this.sweptAt = minute;
    for (const [key, seen] of this.lastSeen) {
      if (minute - seen < this.forgottenAfterMs) continue;
      this.lastSeen.delete(key);
      this.forgotten.push(key);
    }
  }
}
