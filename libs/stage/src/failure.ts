import type { Failure, FailureType } from '@headwater/contracts';
import { maskAddresses, maskedText } from './mask-addresses';

/** Longest offending value that a failure quotes, in characters. */
export const MAX_QUOTED_VALUE = 256;

/**
 * One problem of an event. Texts are masked here, so that no component has to remember it: a quoted value never holds
 * an address, and never more than {@link MAX_QUOTED_VALUE} characters.
 */
export function failure(
  type: FailureType,
  message: string,
  details: Partial<Omit<Failure, 'type' | 'message'>> = {},
): Failure {
  return {
    type,
    message: maskAddresses(message),
    field: maskedText(details.field ?? null),
    value: details.value == null ? null : quote(details.value),
    expectation: details.expectation ?? null,
    schema: details.schema ?? null,
    path: maskedText(details.path ?? null),
    keyword: details.keyword ?? null,
    source: details.source ?? null,
  };
}

function quote(value: string): string {
  const masked = maskAddresses(value);
  return masked.length > MAX_QUOTED_VALUE ? `${masked.slice(0, MAX_QUOTED_VALUE - 1)}…` : masked;
}
