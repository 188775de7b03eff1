import type { FailureType } from '@headwater/contracts';

/**
 * Failures of what nobody's tracker sent: bots that try out paths. They are kept and counted like any other, and say nothing about
 * the quality of the data, so ratios leave them out.
 */
export const noise: ReadonlySet<string> = new Set<FailureType>(['path_scan']);
