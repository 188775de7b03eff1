import type { FailedEvent } from '@headwater/contracts';
import { copyOf } from './exact-json';
import { documentOf, entitiesIn, parametersOf, type RepairDocument } from './document';
import { clearPlaces, type MarkedPlacesOf } from './identifiers';
import { isProtected, plainFormOf } from './protected';
import type { Recipe } from './recipe';

/** A failed event, ready to be sent again; or why it is not. */
export type Repair =
  | {
      readonly kind: 'repaired';
      readonly parameters: Readonly<Record<string, string>>;
      /** Places of self-describing data that is not pseudonymised yet under the schema it has now. */
      readonly unpseudonymised: readonly string[];
    }
  /** The recipe is not for it. */
  | { readonly kind: 'unmatched' }
  | { readonly kind: 'refused'; readonly reason: string };

const refused = (reason: string): Repair => ({ kind: 'refused', reason });
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * What is sent when a failed event is replayed. Equal inputs give equal results.
 *
 * @param recipe how it is repaired; null: it is sent as it was
 * @param markedPlacesOf what schemas mark as identifying: it must be what the enricher knows too
 */
export function repair(event: FailedEvent, recipe: Recipe | null, markedPlacesOf: MarkedPlacesOf): Repair {
  if (recipe !== null && !recipe.matches(event)) return { kind: 'unmatched' };
  if (event.replayable !== true)
    return refused(event.not_replayable_reason ?? 'The failed event does not say that it can be replayed.');
  if (event.parameters === null || Object.keys(event.parameters).length === 0)
    return refused('The failed event keeps no parameters.');

  const before = documentOf(event);
  const after = copyOf(before) as RepairDocument;
  let isChanged = false;
  for (const { label, apply } of recipe?.steps ?? []) {
    const result = apply(after);
    if (result.kind === 'refused') return refused(`Step ${label}: ${result.reason}`);
    if (result.kind === 'changed') isChanged = true;
  }
  if (recipe !== null && !isChanged) return refused('No step of the recipe changes it.');

  const reason = problemOf(after, before);
  if (reason !== null) return refused(reason);
  const parameters = parametersOf(after, before, event);
  // Read anew: a step may have written `ue_pr` or `co` as a text.
  const sent = entitiesIn(documentOf({ ...event, parameters }));
  const places = clearPlaces(entitiesIn(before), sent, markedPlacesOf);
  if (places.kind === 'refused') return refused(places.reason);
  return { kind: 'repaired', parameters, unpseudonymised: places.unpseudonymised };
}

/** What no recipe may leave behind, whatever its steps were. */
function problemOf(
  { parameters, unstruct_event, contexts }: RepairDocument,
  before: RepairDocument,
): string | null {
  const noText = Object.keys(parameters).find((name) => typeof parameters[name] !== 'string');
  if (noText !== undefined) return `The parameter ${noText} is no text; cast it to string.`;
  for (const name of Object.keys(parameters)) {
    const plain = plainFormOf(name);
    if (plain !== undefined)
      return `The parameter ${name} holds base64, which is not read for identifiers. Remove it, or send the JSON in ${plain}.`;
  }
  const isUnstruct = unstruct_event === null || unstruct_event === undefined || isEntity(unstruct_event);
  if (!isUnstruct) return '$.unstruct_event is no object with "schema" and "data".';
  if (!(Array.isArray(contexts) && contexts.every(isEntity)) && contexts !== undefined)
    return '$.contexts is no list of objects with "schema" and "data".';
  const pseudonyms = new Set(
    Object.entries(before.parameters).flatMap(([name, value]) => (isProtected(name) ? [value] : [])),
  );
  const clear = Object.entries(parameters).find(
    ([name, value]) => isProtected(name) && !pseudonyms.has(value),
  );
  if (clear) return `The parameter ${clear[0]} would hold a value that is no pseudonym.`;
  const { eid } = parameters;
  if (eid !== before.parameters['eid'] && !(typeof eid === 'string' && UUID.test(eid)))
    return 'The parameter eid is no UUID in small letters.';
  return null;
}

const isEntity = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'schema' in value && 'data' in value;
