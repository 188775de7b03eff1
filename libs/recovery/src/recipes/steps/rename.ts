import { z } from 'zod';
import { placesOf, put, takeOut, valueAt } from '../path';
import { isProtected, plainFormOf } from '../protected';
import { BASE64_PARAMETER, changed, defineStep, parameterOf, refused, unchanged, valuePath } from './step';

export const rename = defineStep({
  op: 'rename',
  summary:
    'Gives the property or parameter at the path another name. A property that has that name already is not overwritten: the event is refused.',
  config: z
    .strictObject({ path: valuePath, to: z.string().min(1).max(128) })
    .refine(({ path: { segments } }) => segments.at(-1)?.kind === 'member' && segments.length > 1, {
      path: ['path'],
      message: 'must end in the name of a property or parameter',
    })
    .refine(({ path, to }) => to !== '__proto__' && !(parameterOf(path) !== undefined && isProtected(to)), {
      path: ['to'],
      message:
        'is the name of a parameter that identifies a visitor or holds an address, which no recipe may write',
    })
    .refine(({ path, to }) => parameterOf(path) === undefined || plainFormOf(to) === undefined, {
      path: ['to'],
      message: `is the name of ${BASE64_PARAMETER}`,
    }),
  example: `op: rename
path: $.unstruct_event.data.targetURL
to: targetUrl`,
  apply: ({ path, to }, document) => {
    const places = placesOf(document, path).filter((place) => valueAt(place) !== undefined);
    const targets = places.map(({ holder }) => ({ holder, key: to }));
    if (targets.some((target) => valueAt(target) !== undefined))
      return refused(`There is a ${to} beside ${path.text} already.`);
    for (const [index, place] of places.entries()) {
      const target = targets[index];
      if (target) put(target, valueAt(place));
    }
    takeOut(places);
    return places.length > 0 ? changed : unchanged;
  },
});
