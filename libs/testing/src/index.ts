export * from './builders';
export * from './corpora';
export { scaledRuns } from './properties/scaled-runs';
export type { TriedProperty } from './properties/tried-property';
export { Random } from './random';
