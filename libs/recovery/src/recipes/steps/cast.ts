import { z } from 'zod';
import { exactText, isHolder, isRawNumber, parseExact } from '../exact-json';
import { placesOf, put, valueAt } from '../path';
import { changed, defineStep, refused, unchanged, valuePath } from './step';

const NUMBER = /^-?(?:0|[1-9]\d{0,307})(?:\.\d{1,307})?(?:[eE][+-]?\d{1,3})?$/;
const booleans: Readonly<Record<string, boolean>> = { true: true, false: false, '1': true, '0': false };

/** What a value is in the other type; undefined where it is nothing in it. */
const casts = {
  string: (text: string): unknown => text,
  number: (text: string): unknown => (NUMBER.test(text) ? parseExact(text) : undefined),
  integer: (text: string): unknown => (/^-?(?:0|[1-9]\d{0,307})$/.test(text) ? parseExact(text) : undefined),
  boolean: (text: string): unknown => (Object.hasOwn(booleans, text) ? booleans[text] : undefined),
} as const;

export const cast = defineStep({
  op: 'cast',
  summary:
    'Turns the value at the path into another type: `string`, `number`, `integer` or `boolean`. A value that is nothing in that type stays, and the event is refused.',
  config: z.strictObject({ path: valuePath, to: z.enum(['string', 'number', 'integer', 'boolean']) }),
  example: `op: cast
path: $.contexts[*].data.total
to: number`,
  apply: ({ path, to }, document) => {
    const places = placesOf(document, path).filter((place) => valueAt(place) != null);
    let isChanged = false;
    for (const place of places) {
      const value = valueAt(place);
      const text = textOf(value);
      const result = text === undefined ? undefined : casts[to](text.trim());
      if (result === undefined) return refused(`What stands at ${path.text} is no ${to}.`);
      if (exactText(result) === exactText(value)) continue;
      put(place, result);
      isChanged = true;
    }
    return isChanged ? changed : unchanged;
  },
});

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : isRawNumber(value)
      ? value.rawJSON
      : isHolder(value)
        ? undefined
        : String(value);
