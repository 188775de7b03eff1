import { z } from 'zod';
import type { ClosedWindow } from '../counts/open-windows';
import { ALL_APPS, type FlowStage } from '../counts/tally';
import { atTime, duration, figure } from '../incidents/words';
import { MINUTE } from '../time';
import { countObservation } from './count-observation';
import { defineCheck, type CheckContext, type Finding, type Observation } from './check';

const config = z.object({
  maxDelayMinutes: z
    .number()
    .positive()
    .default(10)
    .describe('Longest time from collector to a stage that is still in order, minutes.'),
  delayedWindows: z
    .number()
    .int()
    .positive()
    .default(3)
    .describe('Windows in a row that must be late before it counts: one straggler is no delay.'),
  maxStallMinutes: z
    .number()
    .positive()
    .default(5)
    .describe('Longest time that a stage may be behind what the stage before it handed on, minutes.'),
});
type Settings = z.infer<typeof config>;

/** Expected events that do not arrive; events that arrive late; stages that stand still. */
export const freshness = defineCheck({
  name: 'freshness',
  summary: 'Expected events do not arrive, arrive late, or wait before a stage that stands still.',
  config,
  create: (settings, context) => {
    const delayed = new Map<FlowStage, { windows: number; since: number }>();
    return {
      onWindow: (window) => [...silence(window, context), ...delay(window, settings, context, delayed)],
      onTick: (now) => stalls(now, settings, context),
    };
  },
});

function silence(
  { stage }: ClosedWindow,
  { counts, windowMs, rebaselineMs }: CheckContext,
): readonly Observation[] {
  return Array.from(counts.after(stage), (watched) =>
    countObservation(watched, { kind: 'silent', aspect: 'silence', windowMs, rebaselineMs }),
  );
}

/** All apps share the partitions of a stage, so the delay is one of the stage. */
function delay(
  { stage, at, tallies }: ClosedWindow,
  { maxDelayMinutes, delayedWindows }: Settings,
  { windowMs }: CheckContext,
  delayed: Map<FlowStage, { windows: number; since: number }>,
): readonly Observation[] {
  if (tallies.size === 0) return [];
  let longest = 0;
  for (const { maxDelayMs } of tallies.values()) longest = Math.max(longest, maxDelayMs);
  const isLate = longest > maxDelayMinutes * MINUTE;
  const before = delayed.get(stage);
  const run = isLate ? { windows: (before?.windows ?? 0) + 1, since: before?.since ?? at } : null;
  if (run) delayed.set(stage, run);
  else delayed.delete(stage);
  return [
    {
      subject: { appId: ALL_APPS, stage, series: 'total', aspect: 'delay' },
      at: at + windowMs,
      verdict: !run ? 'ok' : run.windows >= delayedWindows ? 'deviates' : 'pending',
      describe: (): Finding => ({
        ...inMinutes(longest, maxDelayMinutes),
        startedAt: run?.since ?? at,
        severity: 'warning',
        summary: run
          ? `Events reach the ${stage} up to ${duration(longest)} after the collector took them; at most ${figure(maxDelayMinutes)} minutes are in order; began ${atTime(run.since)}.`
          : `Events reach the ${stage} in time again: the slowest took ${duration(longest)}.`,
        explanation:
          'The greatest time from collector to stage in a minute, from the counts of the stage. ' +
          'Next: look at the lag of its consumer group and at what the stage waits for (broker, registry, database); nothing is lost while the events wait in Kafka.',
      }),
    },
  ];
}

function stalls(
  now: number,
  { maxStallMinutes }: Settings,
  { progress }: CheckContext,
): readonly Observation[] {
  return progress.reporting.map((stage): Observation => {
    const stalled = progress.stalledFor(stage, now);
    const seen = progress.seen(stage);
    return {
      subject: { appId: ALL_APPS, stage, series: 'total', aspect: 'stall' },
      at: now,
      verdict: stalled > maxStallMinutes * MINUTE ? 'deviates' : 'ok',
      describe: () => ({
        ...inMinutes(stalled, maxStallMinutes),
        startedAt: seen,
        severity: 'critical',
        summary:
          stalled > 0
            ? `The ${stage} is ${duration(stalled)} behind: events of ${atTime(seen + progress.behindUpstream(stage))} were handed to it, the last it counted are of ${atTime(seen)}.`
            : `The ${stage} has caught up with the stage before it.`,
        explanation:
          'The latest collector minute that the stage counted, against the latest that was handed to it. ' +
          'Next: see whether its pods run and are ready, and what their log says last; the events wait in Kafka and are processed once the stage goes on.',
      }),
    };
  });
}

const inMinutes = (
  milliseconds: number,
  limit: number,
): Pick<Finding, 'observed' | 'expected' | 'low' | 'high' | 'unit'> => ({
  observed: milliseconds / MINUTE,
  expected: null,
  low: 0,
  high: limit,
  unit: 'minutes',
});
