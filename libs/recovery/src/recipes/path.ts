import { isHolder, type JsonHolder } from './exact-json';

/** One step of a path: a member by name, an element by position, or every one there is. */
export type Segment =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'every' };

export interface Path {
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** A place in a document: what holds it, and under which name or position. */
export interface Place {
  readonly holder: JsonHolder;
  readonly key: string | number;
}

const SEGMENT = /\.([A-Za-z_$][\w$-]*)|\['((?:[^'\\]|\\['\\])+)'\]|\[(\d{1,6})\]|(?:\.|\[)(\*)\]?/y;
/** Names by which JavaScript means something else than a member. */
const UNSAFE: ReadonlySet<string> = new Set(['__proto__']);

/**
 * Reads a JSON path of the simple kind: `$.contexts[*].data.total`, `$.unstruct_event.data['e-mail']`. There are no filters
 * and no `..`.
 *
 * @returns the path, or what is wrong with it
 */
export function parsePath(text: string): Path | string {
  const help = `Write it like $.parameters.aid, $.unstruct_event.data.total, $.contexts[*].data['e-mail'].`;
  if (!text.startsWith('$')) return `The path ${text} does not begin with $. ${help}`;
  const segments: Segment[] = [];
  SEGMENT.lastIndex = 1;
  while (SEGMENT.lastIndex < text.length) {
    const at = SEGMENT.lastIndex;
    const match = SEGMENT.exec(text);
    if (!match)
      return `The path ${text} cannot be read from position ${at + 1} on ("${text.slice(at, at + 12)}"). ${help}`;
    const [, plain, quoted, index, every] = match;
    const name = plain ?? quoted?.replace(/\\(['\\])/g, '$1');
    if (name !== undefined && UNSAFE.has(name)) return `The path ${text} names ${name}, which no recipe may.`;
    segments.push(
      name !== undefined
        ? { kind: 'member', name }
        : every === undefined
          ? { kind: 'element', index: Number(index) }
          : { kind: 'every' },
    );
  }
  return segments.length === 0 ? `The path ${text} names the whole document. ${help}` : { text, segments };
}

/**
 * The places that a path leads to, in the order of the document. A last member that is not there yet is a place too; a way
 * that breaks off before is none.
 */
export function placesOf(document: JsonHolder, { segments }: Path): readonly Place[] {
  let places: readonly Place[] = [];
  let holders: readonly JsonHolder[] = [document];
  for (const [position, segment] of segments.entries()) {
    if (position > 0) holders = places.map(valueAt).filter(isHolder);
    places = holders.flatMap((holder) => keysIn(holder, segment).map((key) => ({ holder, key })));
  }
  return places;
}

function keysIn(holder: JsonHolder, segment: Segment): readonly (string | number)[] {
  if (segment.kind === 'every') return Array.isArray(holder) ? [...holder.keys()] : Object.keys(holder);
  if (segment.kind === 'element')
    return Array.isArray(holder) && segment.index < holder.length ? [segment.index] : [];
  return Array.isArray(holder) ? [] : [segment.name];
}

/** What stands at a place; undefined where nothing does. */
export function valueAt({ holder, key }: Place): unknown {
  if (Array.isArray(holder)) return holder[key as number];
  return Object.hasOwn(holder, key) ? holder[key as string] : undefined;
}

export function put({ holder, key }: Place, value: unknown): void {
  if (Array.isArray(holder)) holder[key as number] = value;
  else holder[key as string] = value;
}

/** Takes places out, from the last to the first, so that positions in lists stay true. */
export function takeOut(places: readonly Place[]): void {
  for (const { holder, key } of [...places].reverse()) {
    if (Array.isArray(holder)) holder.splice(key as number, 1);
    else Reflect.deleteProperty(holder, key);
  }
}
