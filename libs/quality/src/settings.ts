import { z } from 'zod';
import { checks } from './checks';
import { flow } from './counts/tally';

const HALF_HOUR_SECONDS = 1800;

/** One section a check, named like it. */
const checkSettings = z.object(
  Object.fromEntries(checks.map(({ name, config }) => [name, config.prefault({})])),
);

/** How the quality monitor decides. Every setting has a sane default. */
export const qualityConfig = z.object({
  windowSeconds: z
    .number()
    .int()
    .min(60)
    .multipleOf(60)
    .refine((seconds) => HALF_HOUR_SECONDS % seconds === 0, 'must divide half an hour')
    .default(60)
    .describe(
      'Length of a window of collector time, seconds; stages count by minute, so it is whole minutes.',
    ),
  latenessSeconds: z
    .number()
    .min(0)
    .default(30)
    .describe(
      'How long a window stays open after its end for summaries that are still on their way, seconds.',
    ),
  maxAheadSeconds: z
    .number()
    .positive()
    .default(300)
    .describe(
      'Summaries whose collector time is further ahead of the clock are left out: a wrong clock, seconds.',
    ),
  warmUpHours: z
    .number()
    .positive()
    .default(336)
    .describe(
      'Age of a series from which its baseline is trusted, hours; the time of week must have been seen, too.',
    ),
  falseAlarmsPerWeek: z
    .number()
    .positive()
    .default(1)
    .describe('False alarms a week that all statistical tests together may raise: sets their thresholds.'),
  recoveryMinutes: z
    .number()
    .min(0)
    .default(30)
    .describe('How long everything must look as usual before an alert is resolved, minutes.'),
  resumeMinutes: z
    .number()
    .min(0)
    .default(2)
    .describe(
      'How long nothing is judged after a pause in which no stage reported anything: the first minutes are partial, minutes.',
    ),
  rebaselineHours: z
    .number()
    .positive()
    .default(24)
    .describe('Age of a deviation from which it is taken for the new normal, hours.'),
  leastEffect: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Relative change of a count below which nothing is said, however certain it is.'),
  leastEvents: z
    .number()
    .min(0)
    .default(10)
    .describe('Events too many or too few, in all, below which nothing is said.'),
  countStages: z
    .array(z.enum(flow))
    .default(['collector', 'enricher'])
    .describe('Stages whose incoming counts are compared with their baselines.'),
  maxSeries: z
    .number()
    .int()
    .positive()
    .default(10_000)
    .describe('Most series that are watched one by one; the rest are folded. Each takes about 4 KiB.'),
  rememberedIds: z
    .number()
    .int()
    .positive()
    .default(200_000)
    .describe(
      'Summaries that are remembered to recognise one that comes twice; up to twice as many, 100 bytes each.',
    ),
  checks: checkSettings.prefault({}).describe('Settings of each check.'),
});

export type QualitySettings = z.infer<typeof qualityConfig>;
