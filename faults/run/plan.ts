import type { RunResult } from '../results/result';
import type { Scenario } from '../scenario';
import { inTurn } from './in-turn';

const AT_ONCE = 15;

/** One run that is to be done. */
export interface PlannedRun {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly faults: number;
}

/** The quick tier: one run of all scenarios that have a part in it, and one of each that needs its own. */
export function quickPlan(scenarios: readonly Scenario[], seed: number): readonly PlannedRun[] {
  const quick = scenarios.filter((scenario) => scenario.quick !== undefined);
  const alone = quick.filter(
    ({ prepare, judge, supervised }) => prepare !== undefined || judge !== undefined || supervised === true,
  );
  const together = quick
    .filter((scenario) => !alone.includes(scenario))
    .flatMap((scenario) => Array.from({ length: scenario.quick ?? 0 }, () => scenario));
  return [
    ...(together.length > 0 ? [{ scenario: inTurn('quick', together), seed, faults: together.length }] : []),
    ...alone.map((scenario) => ({ scenario, seed, faults: scenario.quick ?? 1 })),
  ];
}

/** One run of each scenario that was named, with as many faults as asked for. */
export const namedPlan = (
  scenarios: readonly Scenario[],
  seed: number,
  faults: number,
): readonly PlannedRun[] => scenarios.map((scenario) => ({ scenario, seed, faults }));

/** All runs of the full tier, cut to runs of bounded length; seeds count up from `seed` within each scenario. */
export function fullPlan(scenarios: readonly Scenario[], seed: number): readonly PlannedRun[] {
  return scenarios.flatMap((scenario) => {
    const atOnce = scenario.atOnce ?? AT_ONCE;
    const runs = Math.ceil(scenario.full / atOnce);
    return Array.from({ length: runs }, (_none, index) => ({
      scenario,
      seed: seed + index,
      faults: Math.min(atOnce, scenario.full - index * atOnce),
    }));
  });
}

/** What of a plan has no result of this build at its rate yet; what broke off has none. */
export const remaining = (
  plan: readonly PlannedRun[],
  done: readonly RunResult[],
  build: string,
  rateOf: (scenario: Scenario) => number,
): readonly PlannedRun[] =>
  plan.filter(
    ({ scenario, seed }) =>
      !done.some(
        (result) =>
          result.build === build &&
          result.brokeOff === undefined &&
          result.rate === rateOf(scenario) &&
          result.scenario === scenario.name &&
          result.seed === seed,
      ),
  );
