import { JsonWalker } from '../protocol/json-walker';
import { EVERY, segmentsOf } from './identifying-paths';

/** Where a rewriting goes: on to these names, or everything from here on. */
type Tree = ReadonlyMap<string, Tree> | 'everything';

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
    const walker = new JsonWalker(json);
    let written = '';
    let from = 0;

    const rewriteScalar = (at: number, end: number): number => {
      const value = walker.isString(at) ? walker.stringAt(at) : json.slice(at, end);
      if (value !== '' && !CONSTANT.has(value)) {
        written += json.slice(from, at) + JSON.stringify(replace(value));
        from = end;
      }
      return end;
    };
    const rewrite = (at: number, here: Tree | undefined): number => {
      if (here === undefined) return walker.skip(at);
      if (walker.isObject(at))
        return walker.object(at, (key, valueAt) => rewrite(valueAt, childOf(here, key)));
      if (walker.isArray(at))
        return walker.array(at, (elementAt, index) => rewrite(elementAt, childOf(here, String(index))));
      return here === 'everything' ? rewriteScalar(at, walker.skip(at)) : walker.skip(at);
    };

    rewrite(walker.next(0), tree);
    return from === 0 ? json : written + json.slice(from);
  };
}

const CONSTANT: ReadonlySet<string> = new Set(['true', 'false', 'null']);

const childOf = (tree: Tree, name: string): Tree | undefined => {
  if (tree === 'everything') return tree;
  const named = tree.get(name);
  const every = tree.get(EVERY);
  return named && every ? merged(named, every) : (named ?? every);
};

function merged(one: Tree, other: Tree): Tree {
  if (one === 'everything' || other === 'everything') return 'everything';
  const both = new Map(one);
  for (const [name, tree] of other) {
    const known = both.get(name);
    both.set(name, known ? merged(known, tree) : tree);
  }
  return both;
}

function treeOf(paths: readonly (readonly string[])[]): Tree {
  if (paths.some((path) => path.length === 0)) return 'everything';
  const names = new Set(paths.flatMap((path) => path.slice(0, 1)));
  const below = (name: string): readonly (readonly string[])[] =>
    paths.filter((path) => path[0] === name).map((path) => path.slice(1));
  return new Map([...names].map((name) => [name, treeOf(below(name))]));
}
