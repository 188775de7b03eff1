import { z } from 'zod';
import { ALL_APPS } from '../counts/tally';
import { atTime, duration, figure } from '../incidents/words';
import { MINUTE } from '../time';
import { defineCheck, type CheckContext, type InputState, type Observation } from './check';

const config = z.object({
  silentMinutes: z
    .number()
    .positive()
    .default(3)
    .describe('Shortest time without any summary of any stage that may count as blindness, minutes.'),
  learningSilentMinutes: z
    .number()
    .positive()
    .default(60)
    .describe('The same while the traffic is still being learned; twice the longest pause seen counts too.'),
  maxLagMinutes: z
    .number()
    .positive()
    .default(5)
    .describe('How far the monitor may be behind in reading stage-counts, minutes.'),
});
type Settings = z.infer<typeof config>;

/** The monitor's own blindness: it hears nothing at all though events are expected, or it reads too slowly. */
export const monitorInput = defineCheck({
  name: 'monitor_input',
  summary: 'The monitor itself is blind: no stage reports anything, or it is behind in reading.',
  config,
  create: (settings, context) => {
    const pauses = new Pauses();
    return {
      onTick: (now, input) => [silence(now, input, settings, context, pauses), lag(now, input, settings)],
    };
  },
});

/** The longest pause between two arrivals, the one under way not included. */
class Pauses {
  private arrival = Number.NaN;
  private longest = 0;

  note(arrival: number): number {
    if (arrival > this.arrival) this.longest = Math.max(this.longest, arrival - this.arrival);
    this.arrival = arrival;
    return this.longest;
  }
}

function silence(
  now: number,
  { lastArrival, everSeen }: InputState,
  settings: Settings,
  { counts, threshold, windowMs }: CheckContext,
  pauses: Pauses,
): Observation {
  const longest = pauses.note(lastArrival);
  const silentFor = now - lastArrival;
  const isLong = silentFor >= settings.silentMinutes * MINUTE;
  const needed = threshold(1);
  let [evidence, isLearned] = [0, isLong];
  // The first hours hold the evidence; an outage of days must not cost more each tick.
  for (let at = lastArrival; isLong && at < now && evidence < needed; at += windowMs) {
    const more = counts.silenceEvidence(at);
    if (more === null) isLearned = false;
    else evidence += more;
  }
  const isUnusual =
    evidence >= needed ||
    (!isLearned && silentFor >= Math.max(settings.learningSilentMinutes * MINUTE, 2 * longest));
  const isBlind = everSeen && isLong && isUnusual;
  return {
    subject: { appId: ALL_APPS, stage: 'quality_monitor', series: 'total', aspect: 'silence' },
    at: now,
    verdict: isBlind ? 'deviates' : 'ok',
    describe: () => ({
      observed: silentFor / MINUTE,
      expected: null,
      low: 0,
      high: settings.silentMinutes,
      unit: 'minutes without a summary',
      startedAt: lastArrival,
      severity: 'critical',
      summary: isBlind
        ? `No stage has reported anything for ${duration(silentFor)}, since ${atTime(lastArrival)}: either nothing is being sent at all, or the pipeline or the way to the monitor is broken.`
        : 'Stages report to the monitor again.',
      explanation:
        'Summaries on the topic stage-counts, from all stages. Until they come again the monitor knows nothing: open alerts stay open and none is raised. ' +
        'Next: see whether the collector answers and Kafka is up, then the enricher, then the consumer group headwater-quality-monitor.',
    }),
  };
}

function lag(now: number, { lag: records, readUpTo }: InputState, { maxLagMinutes }: Settings): Observation {
  const behind = records > 0 ? Math.max(0, now - readUpTo) : 0;
  const isBehind = behind > maxLagMinutes * MINUTE;
  return {
    subject: { appId: ALL_APPS, stage: 'quality_monitor', series: 'total', aspect: 'lag' },
    at: now,
    verdict: isBehind ? 'deviates' : 'ok',
    describe: () => ({
      observed: behind / MINUTE,
      expected: null,
      low: 0,
      high: maxLagMinutes,
      unit: 'minutes',
      startedAt: isBehind ? readUpTo : now,
      severity: 'warning',
      summary: isBehind
        ? `The monitor is ${duration(behind)} behind in reading stage-counts, ${figure(records)} records: deviations are noticed that much later.`
        : 'The monitor has caught up with stage-counts.',
      explanation:
        'Records of stage-counts not yet read, and the time of the last one that was. ' +
        'Next: see whether the monitor has enough CPU and whether the number of summaries rose; it catches up by itself after a restart.',
    }),
  };
}
