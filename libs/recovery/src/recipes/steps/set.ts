import { z } from 'zod';
import { copyOf, exactText } from '../exact-json';
import { placesOf, put, valueAt } from '../path';
import { changed, defineStep, readPath, refused, unchanged, valuePath } from './step';

export const set = defineStep({
  op: 'set',
  summary:
    'Puts a value at the path, new or in place of another: `value`, or a copy of what stands at `from`. With `only_if_missing` it leaves a value that is there.',
  config: z
    .strictObject({
      path: valuePath,
      value: z.json().optional(),
      from: readPath.optional(),
      only_if_missing: z.boolean().default(false),
    })
    .refine(({ value, from }) => (value === undefined) !== (from === undefined), {
      message: 'needs either value or from, and not both',
    }),
  example: `op: set
path: $.unstruct_event.data.targetUrl
value: https://shop.example/
only_if_missing: true`,
  apply: ({ path, value, from, only_if_missing }, document) => {
    const sources = from === undefined ? [] : placesOf(document, from).map(valueAt);
    const given = from === undefined ? value : sources[0];
    if (given === undefined)
      return refused(`Nothing stands at ${from?.text ?? ''}, from where the value is to come.`);
    if (sources.length > 1)
      return refused(`More than one value stands at ${from?.text ?? ''}; name one of them.`);
    const places = placesOf(document, path).filter((place) => {
      const present = valueAt(place);
      return present === undefined || (!only_if_missing && exactText(present) !== exactText(given));
    });
    for (const place of places) put(place, copyOf(given));
    return places.length > 0 ? changed : unchanged;
  },
});
