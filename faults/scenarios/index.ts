import type { Scenario } from '../scenario';
import { outageScenarios } from './outages';
import { processScenarios } from './processes';

/** Every scenario, in the order of the matrix. */
export const scenarios: readonly Scenario[] = [...processScenarios, ...outageScenarios].sort(
  (a, b) => a.row - b.row,
);
