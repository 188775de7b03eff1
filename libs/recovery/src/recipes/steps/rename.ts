import { z } from 'zod';
import { placesOf, put, takeOut, valueAt } from '../path';
import { isProtected } from '../protected';
import { changed, defineStep, refused, unchanged, valuePath } from './step';

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
    .refine(
      ({ path: { segments }, to }) => to !== '__proto__' && !(inParameters(segments) && isProtected(to)),
      {
        path: ['to'],
        message:
          'is the name of a parameter that identifies a visitor or holds an address, which no recipe may write',
      },
    ),
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

const inParameters = ([first]: readonly { readonly kind: string; readonly name?: string }[]): boolean =>
  first?.name === 'parameters';
