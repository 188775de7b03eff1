import { ServiceError } from './service-error';

/**
 * What a fault of ours is called in a failed event: its kind alone, since its message may quote what was sent. Broken
 * infrastructure is none: it is thrown on as the `ServiceError` that it is.
 *
 * @throws the error where it is a `ServiceError`
 */
export function faultOf(error: unknown): string {
  if (error instanceof ServiceError) throw error;
  return error instanceof Error ? error.name : typeof error;
}
