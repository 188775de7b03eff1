import { noise, TOTAL } from '@headwater/stage';
import { z } from 'zod';
import type { ClosedWindow } from '../counts/open-windows';
import { PAYLOADS, type FlowStage, type Tally } from '../counts/tally';
import { ODDS_HYPOTHESES, RatioWatch, type RatioVerdict } from '../detection/ratio-watch';
import { atTime, capitalised, duration, figure, nameOf, percent } from '../incidents/words';
import { defineCheck, type CheckContext, type Finding, type Observation, type Watcher } from './check';

const config = z.object({
  leastRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe('Failed share below which nothing is said, however unusual it is.'),
  leastFailed: z
    .number()
    .int()
    .positive()
    .default(10)
    .describe('Failed events too many below which nothing is said.'),
  leastEvents: z
    .number()
    .int()
    .positive()
    .default(1000)
    .describe(
      'Events from which the usual ratio of a series is known; before, only a flood of failures counts.',
    ),
});
type Settings = z.infer<typeof config>;

const REMEMBERED_EVENTS = 50_000;
/** Share of an app's excess that its deviating events must explain, so that the app itself keeps quiet. */
const EXPLAINED_SHARE = 0.5;

interface Watched {
  readonly watch: RatioWatch;
  tally: Tally;
  verdict: RatioVerdict | null;
  deviating: boolean;
  /** Failed events by type since the deviation began. */
  failedBy: Record<string, number>;
}

/** Failed events out of all but noise, for each app, event and stage: rises of the odds ×2, ×5 and ×20. */
export const failureRatio = defineCheck({
  name: 'failure_ratio',
  summary: 'A larger share of events than usual fails in a stage.',
  config,
  create: (settings, context) => new FailureRatio(settings, context),
});

class FailureRatio implements Watcher {
  private readonly stages = new Map<FlowStage, Map<string, Watched>>();

  constructor(
    private readonly settings: Settings,
    private readonly context: CheckContext,
  ) {}

  get tests(): number {
    let tests = 0;
    for (const series of this.stages.values()) tests += series.size;
    return tests;
  }

  forget(seriesKey: string): void {
    for (const series of this.stages.values()) series.delete(seriesKey);
  }

  onWindow({ stage, at, tallies }: ClosedWindow): readonly Observation[] {
    const series = this.stages.get(stage) ?? new Map<string, Watched>();
    this.stages.set(stage, series);
    const threshold = this.context.threshold(ODDS_HYPOTHESES.length);
    for (const [key, counted] of tallies) {
      const tally = withoutNoise(counted);
      if (tally.series === PAYLOADS || tally.in === 0) continue;
      const watched = series.get(key) ?? this.watched(tally);
      series.set(key, watched);
      watched.tally = tally;
      watched.verdict = watched.watch.step(at, tally.failed, tally.in, threshold);
      this.gatherTypes(watched);
    }
    return [...tallies.keys()].flatMap((key) => {
      const watched = series.get(key);
      return watched?.verdict ? [this.observation(watched, watched.verdict, series, at)] : [];
    });
  }

  private watched(tally: Tally): Watched {
    const { leastRatio, leastFailed, leastEvents } = this.settings;
    const watch = new RatioWatch({
      leastTrials: leastEvents,
      rememberedTrials: REMEMBERED_EVENTS,
      leastRatio,
      leastHits: leastFailed,
      rebaselineMs: this.context.rebaselineMs,
    });
    return { watch, tally, verdict: null, deviating: false, failedBy: {} };
  }

  private gatherTypes(watched: Watched): void {
    const isUnusual = watched.verdict?.change != null;
    watched.deviating = watched.verdict?.state === 'deviates';
    if (!isUnusual) watched.failedBy = {};
    for (const [type, count] of Object.entries(watched.tally.failedBy))
      watched.failedBy[type] = (watched.failedBy[type] ?? 0) + count;
  }

  private observation(
    watched: Watched,
    verdict: RatioVerdict,
    series: ReadonlyMap<string, Watched>,
    at: number,
  ): Observation {
    const { stage, appId, series: name } = watched.tally;
    const { state } = verdict;
    const isHeld = state === 'deviates' && this.isExplained(watched, verdict, series);
    return {
      subject: { appId, stage, series: name, aspect: 'failed' },
      at: at + this.context.windowMs,
      verdict: state === 'learning' ? 'ok' : isHeld ? 'held' : state,
      describe: () => describe(watched, verdict, at, this.context.rebaselineMs),
    };
  }

  /** An app keeps quiet while single events of it, which deviate themselves, carry most of its excess. */
  private isExplained(
    { tally }: Watched,
    { usual }: RatioVerdict,
    series: ReadonlyMap<string, Watched>,
  ): boolean {
    if (tally.series !== TOTAL) return false;
    const excess = tally.failed - usual * tally.in;
    let [explained, parts] = [0, 0];
    for (const other of series.values()) {
      if (!other.deviating || other.tally.appId !== tally.appId || other.tally.series === TOTAL) continue;
      parts += 1;
      explained += other.tally.failed - (other.verdict?.usual ?? 0) * other.tally.in;
    }
    // On the way back to the usual the app must not speak up either.
    return parts > 0 && (excess <= 0 || explained >= EXPLAINED_SHARE * excess);
  }
}

/** What bots ask for is neither an event nor the failure of one. */
function withoutNoise(tally: Tally): Tally {
  let scans = 0;
  for (const type of noise) scans += tally.failedBy[type] ?? 0;
  if (scans === 0) return tally;
  const failedBy = Object.fromEntries(Object.entries(tally.failedBy).filter(([type]) => !noise.has(type)));
  return { ...tally, in: tally.in - scans, failed: tally.failed - scans, failedBy };
}

function describe(
  { tally, failedBy }: Watched,
  { usual, high, change, rebased, evidence, threshold }: RatioVerdict,
  at: number,
  rebaselineMs: number,
): Finding {
  const name = nameOf(tally.appId, tally.series);
  const ratio = change?.ratio ?? (tally.in > 0 ? tally.failed / tally.in : 0);
  const figures = {
    observed: ratio,
    expected: usual,
    low: 0,
    high,
    unit: 'share of events',
    startedAt: change?.startedAt ?? at,
    severity: ratio >= 0.2 && tally.series === TOTAL ? ('critical' as const) : ('warning' as const),
  };
  if (!change)
    return {
      ...figures,
      summary: rebased
        ? `${percent(ratio)} of the events of ${name} have failed in the ${tally.stage} for ${duration(rebaselineMs)}: it is taken for the new normal.`
        : `${capitalised(name)} fails in the ${tally.stage} no more than is usual: ${percent(ratio)}, usual ${percent(usual)}.`,
      explanation: 'The failed share has matched what is usual since then.',
    };
  const types = Object.entries(failedBy).sort(([, a], [, b]) => b - a);
  const all = types.reduce((sum, [, count]) => sum + count, 0);
  const [main] = types;
  const mainly = main && all > 0 ? `; ${percent(main[1] / all)} of them ${main[0]}` : '';
  return {
    ...figures,
    summary: `${percent(ratio)} of the events of ${name} fail in the ${tally.stage}; usual are ${percent(usual)}, up to ${percent(high)}${mainly}; began ${atTime(change.startedAt)}.`,
    explanation:
      `Failed events out of all that came in, by minute of collector time. Evidence ${figure(evidence)} nats against a threshold of ${figure(threshold)}, which the false-alarm budget sets. ` +
      'Next: read the failed events of this app and stage in the table failed_events (failure_type, failures); they can be repaired and replayed.',
  };
}
