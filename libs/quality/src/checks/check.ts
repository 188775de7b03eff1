import type { AlertSeverity, AlertStage, StageCounts } from '@headwater/contracts';
import { runbookOf } from '@headwater/stage';
import { z } from 'zod';
import type { ClosedWindow } from '../counts/open-windows';
import type { LinkName, LinkProgress } from '../counts/link-watch';
import type { Progress } from '../counts/progress';
import type { FlowStage } from '../counts/tally';
import type { CountWatches } from '../detection/count-watches';

/** What an observation is about. Its parts make the stable key of the alert. */
export interface AlertSubject {
  readonly appId: string;
  readonly stage: AlertStage;
  readonly series: string;
  /** Tells two things apart that one check watches on one series, e.g. `silence` and `delay`. */
  readonly aspect: string;
}

/** An observation in figures and words, made only when somebody will read it. */
export interface Finding {
  /** Estimated start of the deviation, collector time. */
  readonly startedAt: number;
  readonly severity: Exclude<AlertSeverity, 'unknown'>;
  readonly observed: number | null;
  readonly expected: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  /** One sentence: what happened, where, since when. */
  readonly summary: string;
  /** What was compared with what, and what to do next. */
  readonly explanation: string;
}

/**
 * What a check says of one subject at one time. `unknown` changes nothing: an alert that is open stays open, and none is
 * raised. `pending` is a suspicion that is shown but not sent; `held` is a deviation that another alert tells of already.
 */
export interface Observation {
  readonly subject: AlertSubject;
  /** Collector time of the end of what was looked at. */
  readonly at: number;
  readonly verdict: 'ok' | 'pending' | 'held' | 'deviates' | 'unknown';
  readonly describe: () => Finding;
}

/** What the shell knows about the monitor's own input. */
export interface InputState {
  /** Wall-clock time of the last summary that came in; of the start, before the first. */
  readonly lastArrival: number;
  /** Records of stage-counts not read yet, and the time of the last one read. */
  readonly lag: number;
  readonly readUpTo: number;
  /** A summary was ever seen, in history or live. */
  readonly everSeen: boolean;
}

/** Units that are missing or too many at a stage. */
export interface Unaccounted {
  readonly stage: FlowStage;
  /** `*` for what is counted of all apps together: payloads. */
  readonly appId: string;
  readonly units: number;
}

/** What all checks share: read only. */
export interface CheckContext {
  readonly windowMs: number;
  readonly rebaselineMs: number;
  readonly counts: CountWatches;
  readonly progress: Progress;
  readonly links: LinkProgress;
  /** Evidence in nats that a test with so many hypotheses must reach: the false-alarm budget of all series. */
  readonly threshold: (hypotheses: number) => number;
}

/** A check at work. Every method is O(1) for each series it is given. */
export interface Watcher {
  /** A summary that was not counted before, under its folded name; late ones too. */
  onCounts?(counts: StageCounts, now: number): void;
  /** A stage finished a window. Windows come in order; those that nobody saw are left out. */
  onWindow?(window: ClosedWindow): readonly Observation[];
  /** The wall clock moved on. */
  onTick?(now: number, input: InputState): readonly Observation[];
  /** A series made room for others. */
  forget?(seriesKey: string): void;
  /** What is not accounted for of the last day, each stage and app once; where everything is, nothing. */
  imbalance?(): readonly Unaccounted[];
  /** Links whose positions would settle what the last `onTick` had to leave open. */
  readonly waitsFor?: ReadonlySet<LinkName>;
  /** Tests against the false-alarm budget that this check runs on its own series. */
  readonly tests?: number;
}

/** A check as it describes itself: reference pages and configuration are made from this. */
export interface Check {
  readonly name: string;
  readonly summary: string;
  /** Path of the page that says what to do. */
  readonly runbook: string;
  readonly config: z.ZodObject;
  /** Null where the check is switched off. Throws ZodError on settings that do not fit `config`. */
  readonly start: (settings: unknown, context: CheckContext) => Watcher | null;
}

/** Defines a check. `name` is lower case with underscores: it is also part of environment variables. */
export function defineCheck<C extends z.ZodRawShape>(definition: {
  readonly name: string;
  readonly summary: string;
  readonly config: z.ZodObject<C>;
  readonly create: (settings: z.infer<z.ZodObject<C>>, context: CheckContext) => Watcher;
}): Check {
  const { name, summary, config, create } = definition;
  const switched = z.object({
    enabled: z.boolean().default(true).describe(`Whether the check \`${name}\` runs.`),
    ...config.shape,
  });
  return {
    name,
    summary,
    runbook: runbookOf(name),
    config: switched,
    start: (settings, context) => {
      const { enabled } = z.object({ enabled: z.boolean().default(true) }).parse(settings ?? {});
      return enabled ? create(config.parse(settings ?? {}), context) : null;
    },
  };
}
