import type { Check, CheckContext, Observation, Watcher } from '../checks/check';
import type { ClosedWindow } from '../counts/open-windows';
import { LinkWatch } from '../counts/link-watch';
import { Progress } from '../counts/progress';
import { keyOfSeries } from '../counts/series-table';
import { emptyTally, type FlowStage, type Tally } from '../counts/tally';
import { evidenceThreshold } from '../detection/budget';
import { CountWatches } from '../detection/count-watches';
import { DAY, MINUTE } from '../time';

/** A closed window of one stage; each tally is made of what is given. */
export function aWindow(stage: FlowStage, at: number, ...tallies: readonly Partial<Tally>[]): ClosedWindow {
  const whole = tallies.map((given): Tally => ({ ...emptyTally(stage, 'shop', 'total'), ...given, stage }));
  return {
    stage,
    at,
    windowMs: MINUTE,
    tallies: new Map(whole.map((tally) => [keyOfSeries(tally), tally])),
    observed: true,
  };
}

export interface Bench extends CheckContext {
  readonly links: LinkWatch;
  readonly watcher: Watcher;
  /** Steps the shared baselines and lets the check look. */
  readonly close: (window: ClosedWindow) => readonly Observation[];
}

/** One check with everything it needs, real; baselines are trusted after `warmUpMs`. */
export function benchOf(check: Check, settings: Record<string, unknown> = {}, warmUpMs = MINUTE): Bench {
  const counts = new CountWatches(['collector', 'enricher'], {
    windowMs: MINUTE,
    warmUpMs,
    rebaselineMs: DAY,
    leastEffect: 0.1,
    leastEvents: 10,
  });
  const threshold = (hypotheses: number): number =>
    evidenceThreshold({ falseAlarmsPerWeek: 1, series: 1, hypotheses });
  const links = new LinkWatch();
  const context: CheckContext = {
    windowMs: MINUTE,
    rebaselineMs: DAY,
    counts,
    progress: new Progress(),
    links,
    threshold,
  };
  const watcher = check.start(settings, context);
  if (!watcher) throw new Error(`The check ${check.name} is switched off.`);
  const close = (window: ClosedWindow): readonly Observation[] => {
    counts.step(window, threshold(7));
    return watcher.onWindow?.(window) ?? [];
  };
  return { ...context, links, watcher, close };
}

/** `verdict aspect app/series` of what is not in order. */
export const deviationsOf = (observations: readonly Observation[]): readonly string[] =>
  observations
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ verdict, subject: { aspect, appId, series } }) => `${verdict} ${aspect} ${appId}/${series}`);
