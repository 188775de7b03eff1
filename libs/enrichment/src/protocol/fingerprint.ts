import type { SelfDescribing } from '@headwater/contracts';
import { parameters, type ParameterValues } from './parameters';

const SEPARATOR = '\u001f';

/** What may differ between two copies of one event: when and over which collector it was sent, and from where. */
const leftOut: ReadonlySet<string> = new Set(['stm', 'eid', 'nuid', 'cv', 'ip']);

const inOrder = parameters
  .map(({ key }, position) => ({ key, position }))
  .filter(({ key }) => !leftOut.has(key))
  .sort((a, b) => (a.key < b.key ? -1 : 1));

/**
 * The text that a fingerprint is taken of: `key U+001F value U+001F` of the parameters as sent, sorted by key, without
 * those that differ between two copies of one event; then the contexts that the request itself gives. Taken before
 * anything is masked.
 */
export function fingerprintText(values: ParameterValues, contexts: readonly SelfDescribing[] = []): string {
  let text = '';
  for (const { key, position } of inOrder) {
    const value = values[position];
    if (value !== undefined) text += key + SEPARATOR + value + SEPARATOR;
  }
  for (const { name, data } of contexts) text += name + SEPARATOR + data + SEPARATOR;
  return text;
}
