import { JsonWalker } from '../protocol/json-walker';
import { EVERY, segmentsOf } from './identifying-paths';

/** Where a rewriting goes on, by name. */
interface Tree {
  readonly get: (name: string) => Tree | undefined;
  readonly has: (name: string) => boolean;
  readonly keys: () => Iterable<string>;
}

/** From here on, everything is replaced. */
const EVERYTHING: Tree = { get: () => EVERYTHING, has: () => true, keys: () => [] };
/** What is rewritten was checked when the event was read. */
const NO_LIMITS = { depth: Infinity, parts: Infinity };

/**
 * Replaces the texts and numbers at some places of a JSON by other texts. All other characters stay as they were sent.
 * Of doubled members each is replaced; an object or a list is replaced in all its parts; `true`, `false`, `null` and
 * empty texts stay.
 *
 * @param pointers JSON pointers; a segment `*` stands for every element or member
 * @param replace gets the text, or the number as it was written
 */
export function createJsonRewriter(
  pointers: readonly string[],
): (json: string, replace: (value: string) => string) => string {
  const tree = treeOf(pointers.map(segmentsOf));
  return (json, replace) => {
    const walker = new JsonWalker(json, NO_LIMITS);
    let written = '';
    let from = 0;

    const rewriteScalar = (at: number): number => {
      const end = walker.skip(at);
      const value = walker.isString(at) ? walker.stringAt(at) : json.slice(at, end);
      if (value !== '' && !CONSTANT.has(value)) {
        written += json.slice(from, at) + JSON.stringify(replace(value));
        from = end;
      }
      return end;
    };
    const rewrite = (at: number, here: Tree): number => {
      const into = (name: string, valueAt: number): number => {
        const below = here.get(name) ?? here.get(EVERY);
        return below ? rewrite(valueAt, below) : walker.skip(valueAt);
      };
      if (walker.isObject(at)) return walker.object(at, into, here.has(EVERY) ? undefined : [...here.keys()]);
      if (walker.isArray(at)) return walker.array(at, (elementAt, index) => into(String(index), elementAt));
      return here === EVERYTHING ? rewriteScalar(at) : walker.skip(at);
    };

    walker.root((at) => ({ end: rewrite(at, tree) }));
    return from === 0 ? json : written + json.slice(from);
  };
}

const CONSTANT: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** The tree of the paths; where a name and `*` both lead on, the name's branch holds what both ask for. */
function treeOf(paths: readonly (readonly string[])[]): Tree {
  if (paths.some((path) => path.length === 0)) return EVERYTHING;
  const names = new Set(paths.map(([name]) => name ?? EVERY));
  const below = (name: string): readonly (readonly string[])[] =>
    paths.filter(([first]) => first === name || first === EVERY).map((path) => path.slice(1));
  return new Map([...names].map((name) => [name, treeOf(below(name))]));
}
