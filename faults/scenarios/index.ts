import type { Scenario } from '../scenario';
import { brokerScenarios } from './brokers';
import { combinedScenarios } from './combined';
import { deliveryScenarios } from './deliveries';
import { logScenarios } from './log';
import { networkScenarios } from './network';
import { nothingScenario } from './nothing';
import { outageScenarios } from './outages';
import { poisonScenarios } from './poison';
import { processScenarios } from './processes';
import { resourceScenarios } from './resources';
import { upgradeScenarios } from './upgrades';

/** Every scenario, in the order of the matrix. */
export const scenarios: readonly Scenario[] = [
  nothingScenario,
  ...processScenarios,
  ...upgradeScenarios,
  ...outageScenarios,
  ...poisonScenarios,
  ...deliveryScenarios,
  ...resourceScenarios,
  ...brokerScenarios,
  ...networkScenarios,
  ...logScenarios,
  ...combinedScenarios,
].sort((a, b) => a.row - b.row);
