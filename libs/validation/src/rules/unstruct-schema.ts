import { defineRule, NO_FAILURES } from './rule';
import { checkSelfDescribing } from './self-describing';

export const unstructSchema = defineRule({
  name: 'unstructSchema',
  summary: 'The self-describing event meets the schema that it names.',
  check: ({ unstruct_event: event }, { schemas }) =>
    event === null ? NO_FAILURES : checkSelfDescribing(event, 'unstruct_event', schemas, 'unstructSchema'),
});
