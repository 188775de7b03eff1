import type { Failure, SelfDescribing } from '@headwater/contracts';
import type { Schemas } from '../resolution';
import { defineRule, NO_FAILURES } from './rule';
import { checkSelfDescribing } from './self-describing';

export const contextSchemas = defineRule({
  name: 'contextSchemas',
  summary: 'Every context, sent or derived, meets the schema that it names.',
  check: ({ contexts, derived_contexts }, { schemas }) => {
    const sent = contexts === null ? NO_FAILURES : checkAll(contexts, 'contexts', schemas);
    const derived =
      derived_contexts === null ? NO_FAILURES : checkAll(derived_contexts, 'derived_contexts', schemas);
    if (sent.length === 0) return derived;
    return derived.length === 0 ? sent : [...sent, ...derived];
  },
});

function checkAll(jsons: readonly SelfDescribing[], field: string, schemas: Schemas): readonly Failure[] {
  let all = NO_FAILURES;
  for (let index = 0; index < jsons.length; index += 1) {
    const json = jsons[index];
    if (!json) continue;
    const failures = checkSelfDescribing(json, `${field}[${index}]`, schemas, 'contextSchemas');
    if (failures.length > 0) all = [...all, ...failures];
  }
  return all;
}
