import { isPseudonym } from '@headwater/stage';
import type { Entity } from './document';
import { exactText, isHolder, isObject } from './exact-json';

/** A place in data that must not stay as it was sent: a JSON pointer, `*` for every element or member. */
export interface MarkedPlace {
  readonly pointer: string;
  readonly treatment: 'identifying' | 'url';
}

/** What a schema marks; nothing for one that is not known. */
export type MarkedPlacesOf = (schema: string) => readonly MarkedPlace[];

export type ClearPlaces =
  | { readonly kind: 'known'; readonly unpseudonymised: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Which self-describing data the enricher has to pseudonymise under the schema that it has after a repair. It is all or nothing
 * for each: a pseudonym must not be made of a pseudonym, and no clear identifier may pass. So data that holds both is refused.
 */
export function clearPlaces(
  before: ReadonlyMap<string, Entity>,
  after: ReadonlyMap<string, Entity>,
  markedPlacesOf: MarkedPlacesOf,
): ClearPlaces {
  const former = [...before.values()].flatMap((entity) => {
    const marks = marksOf(entity, markedPlacesOf);
    return [
      ...valuesAt(entity, marks, 'identifying').filter(
        (value) => typeof value === 'string' && isPseudonym(value),
      ),
      ...valuesAt(entity, marks, 'url'),
    ];
  });
  const known = new Set(former.map(exactText));
  const isKnown = (value: unknown): boolean => known.has(exactText(value));

  const unpseudonymised: string[] = [];
  for (const [place, entity] of after) {
    const marks = marksOf(entity, markedPlacesOf);
    if (marks.length === 0) continue;
    const identifying = valuesAt(entity, marks, 'identifying');
    if (!identifying.some(isKnown)) unpseudonymised.push(place);
    else if (![...identifying, ...valuesAt(entity, marks, 'url')].every(isKnown))
      return {
        kind: 'refused',
        reason: `${place} would hold pseudonyms beside clear values in what ${String(entity.schema)} marks as identifying or as URLs. Remove the clear ones.`,
      };
  }
  return { kind: 'known', unpseudonymised };
}

const marksOf = ({ schema }: Entity, markedPlacesOf: MarkedPlacesOf): readonly MarkedPlace[] =>
  typeof schema === 'string' ? markedPlacesOf(schema) : [];

/** The scalars at marked places that say something. */
const valuesAt = (
  { data }: Entity,
  marks: readonly MarkedPlace[],
  treatment: MarkedPlace['treatment'],
): readonly unknown[] =>
  marks
    .filter((mark) => mark.treatment === treatment)
    .flatMap(({ pointer }) =>
      pointer.split('/').slice(1).reduce<readonly unknown[]>(descend, [data]).flatMap(leavesOf),
    )
    .filter((value) => value !== null && value !== '');

function descend(holders: readonly unknown[], segment: string): readonly unknown[] {
  const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  return holders.flatMap((holder): readonly unknown[] => {
    if (Array.isArray(holder)) return segment === '*' ? holder : [];
    if (!isObject(holder)) return [];
    if (segment === '*') return Object.values(holder);
    return Object.hasOwn(holder, name) ? [holder[name]] : [];
  });
}

/** A marked object or list is marked in all its parts. */
const leavesOf = (value: unknown): readonly unknown[] =>
  isHolder(value) ? Object.values(value).flatMap(leavesOf) : [value];
