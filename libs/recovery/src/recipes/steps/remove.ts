import { z } from 'zod';
import { placesOf, takeOut, valueAt } from '../path';
import { changed, defineStep, unchanged, writePath } from './step';

export const remove = defineStep({
  op: 'remove',
  summary:
    'Takes away what stands at the path: a parameter, a property, an element of a list, a whole context.',
  config: z.strictObject({ path: writePath }),
  example: `op: remove
path: $.parameters.res`,
  apply: ({ path }, document) => {
    const places = placesOf(document, path).filter((place) => valueAt(place) !== undefined);
    takeOut(places);
    return places.length > 0 ? changed : unchanged;
  },
});
