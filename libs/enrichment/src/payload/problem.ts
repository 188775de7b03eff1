import type { Failure, FailureType } from '@headwater/contracts';
import { failure } from '@headwater/stage';

/** What is wrong with a payload as a whole. */
export const problem = (
  type: FailureType,
  message: string,
  details: Partial<Omit<Failure, 'type' | 'message'>>,
): Failure => failure(type, message, { source: 'payload', ...details });
