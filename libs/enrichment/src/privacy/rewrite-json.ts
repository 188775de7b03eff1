import { JsonWalker } from '../protocol/json-walker';
import { EVERY, segmentsOf, type MarkedPath, type Treatment } from './marked-paths';

/** What becomes of a text, or of a number as it was written, by treatment. */
export type Treatments = Readonly<Record<Treatment, (value: string) => string>>;

/** Rewrites the JSON text of data; all characters outside the marked places stay as they were sent. */
export type JsonRewriter = (json: string, treatments: Treatments) => string;

/**
 * Makes a rewriter for some places. Of doubled members each is rewritten; an object or a list is rewritten in all its
 * parts; `true`, `false`, `null` and empty texts stay, and so do numbers where a URL is expected.
 */
export function createJsonRewriter(places: readonly MarkedPath[]): JsonRewriter {
  const tree = treeOf(places.map(({ pointer, treatment }) => ({ path: segmentsOf(pointer), treatment })));
  return (json, treatments) => {
    const walker = new JsonWalker(json, NO_LIMITS);
    let written = '';
    let from = 0;

    const rewriteScalar = (at: number, treatment: Treatment): number => {
      const end = walker.skip(at);
      const isText = walker.isString(at);
      const value = isText ? walker.stringAt(at) : json.slice(at, end);
      if (value === '' || (!isText && (treatment === 'url' || CONSTANTS.has(value)))) return end;
      written += json.slice(from, at) + JSON.stringify(treatments[treatment](value));
      from = end;
      return end;
    };
    const rewrite = (at: number, here: Tree): number => {
      const into = (name: string, valueAt: number): number => {
        const below = here.treatment === null ? (here.children.get(name) ?? here.every) : here;
        return below ? rewrite(valueAt, below) : walker.skip(valueAt);
      };
      if (walker.isObject(at)) return walker.object(at, into, here.names);
      if (walker.isArray(at)) return walker.array(at, (elementAt, index) => into(String(index), elementAt));
      return here.treatment === null ? walker.skip(at) : rewriteScalar(at, here.treatment);
    };

    walker.root((at) => ({ end: rewrite(at, tree) }));
    return from === 0 ? json : written + json.slice(from);
  };
}

/** What was read from an event is within its limits already. */
const NO_LIMITS = { depth: Infinity, parts: Infinity };

const CONSTANTS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/** Where a rewriting goes on from one place. */
interface Tree {
  /** Set where everything from here on is rewritten. */
  readonly treatment: Treatment | null;
  readonly children: ReadonlyMap<string, Tree>;
  /** Where it goes on for names without a child of their own. */
  readonly every: Tree | null;
  /** The only members worth a visit; undefined where all are. */
  readonly names: readonly string[] | undefined;
}

interface Place {
  readonly path: readonly string[];
  readonly treatment: Treatment;
}

function treeOf(places: readonly Place[]): Tree {
  const here = places.filter(({ path }) => path.length === 0).map(({ treatment }) => treatment);
  const below = (accepts: (name: string) => boolean): readonly Place[] =>
    places.flatMap(({ path: [first, ...rest], treatment }) =>
      first !== undefined && accepts(first) ? [{ path: rest, treatment }] : [],
    );
  const names = places.flatMap(({ path: [first] }) =>
    first === undefined || first === EVERY ? [] : [first],
  );
  const inEvery = below((name) => name === EVERY);
  const hasTreatment = here.length > 0;
  return {
    // Of two treatments the one that shows less.
    treatment: here.includes('identifying') ? 'identifying' : (here[0] ?? null),
    children: new Map(
      names.map((name) => [name, treeOf(below((first) => first === name || first === EVERY))]),
    ),
    every: inEvery.length > 0 ? treeOf(inEvery) : null,
    names: hasTreatment || inEvery.length > 0 ? undefined : names,
  };
}
