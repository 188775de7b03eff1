import { accounting } from './accounting';
import type { Check } from './check';
import { failureRatio } from './failure-ratio';
import { freshness } from './freshness';
import { monitorInput } from './monitor-input';
import { volume } from './volume';

/** All checks. The order means nothing. */
export const checks: readonly Check[] = [volume, freshness, failureRatio, accounting, monitorInput];
