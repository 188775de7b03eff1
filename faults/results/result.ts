import { z } from 'zod';

const count = z.number().int().min(0);

const expectation = z.object({ what: z.string(), holds: z.boolean(), saw: z.string().optional() });
export type Expectation = z.infer<typeof expectation>;

/** What came of one run of one scenario: a line of `faults/results.ndjson`. */
export const runResult = z.object({
  scenario: z.string(),
  row: count,
  seed: count,
  /** Commit of the checkout, and the digest of the bundles that ran: runs of one build may be summed. */
  commit: z.string(),
  build: z.string(),
  startedAt: z.iso.datetime(),
  seconds: z.number(),
  /** Faults that were injected. */
  faults: count,
  /** Events that the collector answered 200 to. */
  events: count,
  lost: count,
  duplicated: count,
  both: count,
  phantom: count,
  corrupt: count,
  misrouted: count,
  leaked: count,
  disordered: count,
  imbalance: count,
  stuck: count,
  /** Events a second. */
  rate: count,
  /** What makes the same runs; older lines do not say it. */
  command: z.string().optional(),
  /** Other installations of the suite at work on the machine meanwhile, at most; null where nobody has looked. */
  beside: count.nullable().default(null),
  /** Events in payloads that were answered 503, or not at all, however often they were sent: nobody has promised anything. */
  refused: count,
  unknown: count,
  /** For each fault, from its end until all that was accepted before was through. */
  recoverySeconds: z.array(z.number()),
  /** Invariants that could not be checked, each with the reason. */
  unverified: z.array(z.string()),
  broken: z.array(z.object({ id: z.string(), examples: z.array(z.string()) })),
  expectations: z.array(expectation),
  /** Alert rules that fired. */
  pages: z.array(z.string()).default([]),
  notes: z.array(z.string()),
  /** Why it ended before its events were looked for. Such a run is done again, and stays in the report. */
  brokeOff: z.string().optional(),
});
export type RunResult = z.infer<typeof runResult>;

/** A run in which nothing was wrong with any event. */
export const allWell = {
  lost: 0,
  duplicated: 0,
  both: 0,
  phantom: 0,
  corrupt: 0,
  misrouted: 0,
  leaked: 0,
  disordered: 0,
  imbalance: 0,
  stuck: 0,
} as const;

/** The result of a run of which nothing is known but that it broke off. */
export const brokenOff = (
  run: Pick<
    RunResult,
    'scenario' | 'row' | 'seed' | 'rate' | 'command' | 'beside' | 'commit' | 'build' | 'startedAt'
  >,
  why: string,
): RunResult => ({
  ...run,
  ...allWell,
  seconds: 0,
  faults: 0,
  events: 0,
  refused: 0,
  unknown: 0,
  recoverySeconds: [],
  unverified: [],
  broken: [],
  expectations: [],
  pages: [],
  notes: [],
  brokeOff: why,
});

/** Why a run does not count as passed; nothing when it does. */
export function problemsOf(result: RunResult): readonly string[] {
  return [
    ...(result.brokeOff === undefined ? [] : [`broke off: ${result.brokeOff}`]),
    ...result.broken.map(({ id, examples }) => `${id} is broken: ${examples.join('; ')}`),
    ...result.unverified.map((id) => `${id} could not be checked`),
    ...(result.stuck > 0 ? [`${String(result.stuck)} times events did not get through in time`] : []),
    ...result.expectations
      .filter(({ holds }) => !holds)
      .map(({ what, saw }) => `not so: ${what}${saw === undefined ? '' : ` (${saw})`}`),
  ];
}

/** What came of one negative control: a line of `faults/controls.ndjson`. */
export const controlResult = z.object({
  control: z.string(),
  commit: z.string(),
  build: z.string(),
  startedAt: z.iso.datetime(),
  events: count,
  /** Whether an invariant was found broken that this control breaks, and every alert that must be raised was. */
  caught: z.boolean(),
  /** Checks of the quality monitor that raised an alert, where one had to. */
  alerts: z.array(z.string()).default([]),
  /** From the close of the minute in which something was lost until the alert was stored, seconds; null where none had to be. */
  alertSeconds: z.number().nullable().default(null),
  broken: z.array(z.object({ id: z.string(), examples: z.array(z.string()) })),
});
export type ControlResult = z.infer<typeof controlResult>;
