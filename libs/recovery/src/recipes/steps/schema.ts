import { z } from 'zod';
import { isObject } from '../exact-json';
import { isIgluUri, parseCriterion, type Criterion } from '../iglu';
import { changed, defineStep, unchanged } from './step';

const criterion = z.string().transform((text, context): Criterion => {
  const parsed = parseCriterion(text);
  if (parsed) return parsed;
  context.addIssue({
    code: 'custom',
    message: 'is no pattern of schema names. Write iglu:vendor/name/jsonschema/1-0-0, with * for any part',
  });
  return z.NEVER;
});

export const schema = defineStep({
  op: 'schema',
  summary:
    'Substitutes the schema of the event (`at: unstruct_event`) or of every context (`at: contexts`) whose schema `from` matches; any part of `from` may be `*`.',
  config: z.strictObject({
    at: z.enum(['unstruct_event', 'contexts']),
    from: criterion,
    to: z
      .string()
      .refine(isIgluUri, { message: 'is no schema name. Write iglu:vendor/name/jsonschema/1-0-0' }),
  }),
  example: `op: schema
at: unstruct_event
from: iglu:com.acme/check_out/jsonschema/1-*-*
to: iglu:com.acme/checkout/jsonschema/1-0-0`,
  apply: ({ at, from, to }, document) => {
    const part = document[at];
    const entities = (Array.isArray(part) ? (part as readonly unknown[]) : [part])
      .filter(isObject)
      .filter(({ schema: named }) => named !== to && from.matches(named));
    for (const entity of entities) entity['schema'] = to;
    return entities.length > 0 ? changed : unchanged;
  },
});
