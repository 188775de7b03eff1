export { badRowOf } from './badrows/bad-row';
export { badrowEquivalents, type Equivalent } from './badrows/equivalents';
export { badrowUri, badrowVersions, type BadRow, type BadrowName } from './badrows/row';
export { failureTypes, type FailureTypeEntry } from './failure-types';
export type { MarkedPlace, MarkedPlacesOf } from './recipes/identifiers';
export { parseRecipe, RecipeError, type Recipe } from './recipes/recipe';
export { repair, type Repair } from './recipes/repair';
export { stepKinds } from './recipes/steps';
export { replayIdOf, replayOf, type Sending } from './replays/replay';
