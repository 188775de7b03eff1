import { defineRule, NO_FAILURES } from './rule';
import { meetsSchema, schemaFailures } from './self-describing';

export const unstructSchema = defineRule({
  name: 'unstructSchema',
  summary: 'The self-describing event meets the schema that it names.',
  check: ({ unstruct_event: event }, { schemas }) =>
    event === null || meetsSchema(event, schemas)
      ? NO_FAILURES
      : schemaFailures(event, 'unstruct_event', schemas, 'unstructSchema'),
});
