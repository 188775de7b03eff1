import { setTimeout as sleep } from 'node:timers/promises';
import { scenario, type Scenario } from '../scenario';

/** Longer than the longest of the rules: theirs are seconds for minutes. */
const LOAD_MS = 60_000;

/** What all others are compared with: alerts that are raised here are noise. */
export const nothingScenario: Scenario = scenario({
  name: 'nothing',
  row: 0,
  title: 'nothing is broken: nobody is told anything',
  world: 'one broker',
  full: 2,
  quiet: true,
  inject: () => sleep(LOAD_MS),
});
