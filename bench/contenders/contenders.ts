import { collectorContenders } from './collector';
import type { Contender } from './contender';
import { loaderContenders } from './loader';
import { enricherContenders, validatorContenders } from './stages';

/** Everybody who is measured, peers aside. */
export const contenders: readonly Contender[] = [
  ...collectorContenders,
  ...enricherContenders,
  ...validatorContenders,
  ...loaderContenders,
];
