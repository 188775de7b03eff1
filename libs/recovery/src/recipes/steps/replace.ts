import { RE2JS } from 're2js';
import { z } from 'zod';
import { placesOf, put, valueAt } from '../path';
import { changed, defineStep, refused, unchanged, valuePath } from './step';

/** Longest text that a pattern is tried on, in characters. */
const LONGEST_TEXT = 262_144;

const pattern = z
  .string()
  .min(1)
  .max(1_000)
  .transform((text, context): RE2JS => {
    try {
      return RE2JS.compile(text);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: `is no pattern that is understood (${error instanceof Error ? error.message : String(error)}). Patterns are those of RE2: no look-around, no back-references`,
      });
      return z.NEVER;
    }
  });

/** RE2 takes time in proportion to the text, whatever the pattern: what strangers sent cannot make it stand still. */
export const replace = defineStep({
  op: 'replace',
  summary:
    'Replaces every match of a pattern (RE2: linear time, no look-around) in the text at the path. `with` names groups as JavaScript does: `$1` to `$9`, `$&` for all of it.',
  config: z
    .strictObject({ path: valuePath, pattern, with: z.string().max(10_000) })
    .refine(
      ({ pattern: compiled, with: text }) => groupsIn(text).every((group) => group <= compiled.groupCount()),
      {
        path: ['with'],
        message: 'names a group that the pattern does not have',
      },
    ),
  example: `op: replace
path: $.parameters.dtm
pattern: ^(\\d{10})$
with: $1000`,
  apply: ({ path, pattern: compiled, with: replacement }, document) => {
    const places = placesOf(document, path).filter((place) => valueAt(place) !== undefined);
    let isChanged = false;
    for (const place of places) {
      const text = valueAt(place);
      if (typeof text !== 'string') return refused(`What stands at ${path.text} is no text; cast it first.`);
      if (text.length > LONGEST_TEXT)
        return refused(
          `The text at ${path.text} is longer than the ${LONGEST_TEXT} characters that a pattern is tried on.`,
        );
      const replaced = compiled.matcher(text).replaceAll(replacement);
      if (replaced === text) continue;
      put(place, replaced);
      isChanged = true;
    }
    return isChanged ? changed : unchanged;
  },
});

const groupsIn = (replacement: string): readonly number[] =>
  [...replacement.matchAll(/\$(?:\$|([1-9]))/g)].map(([, group]) => Number(group ?? 0));
