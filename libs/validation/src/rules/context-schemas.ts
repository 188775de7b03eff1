import type { Failure, SelfDescribing } from '@headwater/contracts';
import type { Schemas } from '../resolution';
import { defineRule, NO_FAILURES } from './rule';
import { meetsSchema, schemaFailures } from './self-describing';

export const contextSchemas = defineRule({
  name: 'contextSchemas',
  summary: 'Every context, sent or derived, meets the schema that it names.',
  check: ({ contexts, derived_contexts }, { schemas }) => {
    const sent = checkAll(contexts, 'contexts', schemas);
    const derived = checkAll(derived_contexts, 'derived_contexts', schemas);
    if (sent.length === 0) return derived;
    return derived.length === 0 ? sent : [...sent, ...derived];
  },
});

function checkAll(
  contexts: readonly SelfDescribing[] | null,
  field: string,
  schemas: Schemas,
): readonly Failure[] {
  if (contexts === null || contexts.every((context) => meetsSchema(context, schemas))) return NO_FAILURES;
  return contexts.flatMap((context, index) =>
    schemaFailures(context, `${field}[${index}]`, schemas, 'contextSchemas'),
  );
}
