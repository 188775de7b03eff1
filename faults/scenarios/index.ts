import type { Scenario } from '../scenario';
import { combinedScenarios } from './combined';
import { outageScenarios } from './outages';
import { poisonScenarios } from './poison';
import { processScenarios } from './processes';
import { resourceScenarios } from './resources';
import { upgradeScenarios } from './upgrades';

/** Every scenario, in the order of the matrix. */
export const scenarios: readonly Scenario[] = [
  ...processScenarios,
  ...upgradeScenarios,
  ...outageScenarios,
  ...poisonScenarios,
  ...resourceScenarios,
  ...combinedScenarios,
].sort((a, b) => a.row - b.row);
