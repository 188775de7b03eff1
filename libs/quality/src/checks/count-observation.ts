import { TOTAL } from '@headwater/stage';
import type { WatchedCount } from '../detection/count-watches';
import { atTime, capitalised, duration, figure, nameOf, onDay, percent } from '../incidents/words';
import { MINUTE } from '../time';
import type { AlertSubject, Finding, Observation } from './check';

/** Which kind of change a check speaks of, and how it calls its figures. */
export interface CountTopic {
  readonly kind: 'silent' | 'changed';
  readonly aspect: string;
  readonly windowMs: number;
  readonly rebaselineMs: number;
}

/** What a deviation comes to, by whether another series is what deviates. */
const told = { no: 'deviates', open: 'pending', yes: 'held' } as const;

/** Turns what the baseline says of a count into an observation, for the check that speaks of this kind of change. */
export function countObservation(watched: WatchedCount, topic: CountTopic): Observation {
  const { verdict, stage, appId, series, explained } = watched;
  const subject: AlertSubject = { appId, stage, series, aspect: topic.aspect };
  const isMine = verdict.change?.kind === topic.kind;
  const held = verdict.state === 'deviates' ? told[explained] : verdict.state;
  return {
    subject,
    at: verdict.at + topic.windowMs,
    verdict: !isMine ? 'ok' : held === 'learning' ? 'ok' : held,
    describe: () => (isMine ? deviation(watched, topic) : usual(watched, topic)),
  };
}

const perMinute = (value: number, windowMs: number): number => (value * MINUTE) / windowMs;

function figuresOf({ verdict }: WatchedCount, { windowMs }: CountTopic) {
  const scaled = (value: number | null): number | null =>
    value === null ? null : perMinute(value, windowMs);
  return {
    observed: scaled(verdict.count),
    expected: scaled(verdict.mean),
    low: scaled(verdict.low),
    high: scaled(verdict.high),
    unit: 'events a minute',
  };
}

const range = (low: number | null, high: number | null): string =>
  low === null || high === null
    ? 'an amount that is still being learned'
    : `${figure(Math.floor(low))}–${figure(Math.ceil(high))}`;

function deviation(watched: WatchedCount, topic: CountTopic): Finding {
  const { verdict, appId, series, stage } = watched;
  const figures = figuresOf(watched, topic);
  const change = verdict.change ?? { startedAt: verdict.at, effect: 0, observed: 0, expected: 0 };
  const mean = figures.expected ?? 0;
  const saw = verdict.mean === null ? 0 : Math.max(0, mean * (1 + change.effect));
  const name = capitalised(nameOf(appId, series));
  const began = `began ${atTime(change.startedAt)}`;
  const share = percent(1 + change.effect);
  const when = onDay(verdict.at);
  const band = `expected ${range(figures.low, figures.high)} a minute`;
  const summary =
    topic.kind === 'silent'
      ? `${name} went silent: ${verdict.mean === null ? `about ${figure(change.expected)} events were to be expected since then` : `${band} on ${when}`}, saw none; ${began}.`
      : change.effect < 0
        ? `${name} fell to ${share} of what is usual for ${when}; ${band}, saw ${figure(saw)}; ${began}.`
        : `${name} rose to ${share} of what is usual for ${when}; ${band}, saw ${figure(saw)}; ${began}.`;
  return {
    ...figures,
    observed: saw,
    startedAt: change.startedAt,
    severity: change.effect <= -0.5 && series === TOTAL ? 'critical' : 'warning',
    summary,
    explanation:
      `Counted at the ${stage} by collector time and compared with the baseline learned for this half hour of the week: ` +
      `since ${atTime(change.startedAt)} ${figure(change.observed)} against ${figure(change.expected)} a window. ` +
      `Evidence ${figure(verdict.evidence)} nats against a threshold of ${figure(verdict.threshold)}, which the false-alarm budget sets. ` +
      'Next: see whether other events, apps and stages moved at the same time, then look for a release or an outage at the sender.',
  };
}

function usual(watched: WatchedCount, topic: CountTopic): Finding {
  const { verdict, appId, series } = watched;
  const figures = figuresOf(watched, topic);
  const name = capitalised(nameOf(appId, series));
  return {
    ...figures,
    startedAt: verdict.at,
    severity: 'warning',
    summary: verdict.rebased
      ? `${name} has kept its new level for ${duration(topic.rebaselineMs)}: it is taken for the new normal.`
      : verdict.mean === null
        ? `${name} sends again: saw ${figure(figures.observed ?? 0)} a minute.`
        : `${name} is back to what is usual: expected ${range(figures.low, figures.high)} a minute, saw ${figure(figures.observed ?? 0)}.`,
    explanation: 'The count has matched its baseline since then.',
  };
}
