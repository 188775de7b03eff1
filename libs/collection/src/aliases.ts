import { takesEvents } from './route';

/** Where the events go that arrive under another path. */
export interface Alias {
  /** The path that it stands for. */
  readonly path: string;
  /** The app of the registry whose path it is; null: anyone's. */
  readonly app: string | null;
}

export type Aliases = ReadonlyMap<string, Alias>;

/** Path that trackers POST to, and that an app's own path stands for. */
export const TP2 = '/com.snowplowanalytics.snowplow/tp2';
/** The same of older ones, which send events in the query string or in the body. */
export const TP1 = '/com.snowplowanalytics.snowplow/tp1';
/** Old path of the pixel. */
const builtIn: readonly (readonly [string, Alias])[] = [['/ice.png', { path: '/i', app: null }]];
/** Paths of the collector's own pages, which no alias may hide. */
const PAGES = /^\/(?:|health(?:\/.*)?|sink-health|metrics|robots\.txt|crossdomain\.xml)$/;
/** Characters of a path (RFC 3986, section 3.3), one to eight segments. */
const PATH = /^(?:\/[\w.~!$&'()*+,;:@%-]{1,255}){1,8}\/?$/;

/** One entry of the configuration: `/assets/p=/com.snowplowanalytics.snowplow/tp2`. */
export interface AliasEntry {
  readonly from: string;
  readonly to: string;
}

/** Reads an entry; what is wrong with it as a text that completes "… : it". */
export function readAlias(entry: string): AliasEntry | string {
  const equals = entry.indexOf('=');
  if (equals < 0) return 'has no `=` between the alias and the path that it stands for';
  const [from, to] = [entry.slice(0, equals).trim(), entry.slice(equals + 1).trim()];
  const problem = aliasProblem(from);
  if (problem !== null) return problem;
  return takesEvents(to)
    ? { from, to }
    : `stands for ${JSON.stringify(to)}, where no events are taken: name /i, /r/tp2 or a path of two segments such as ${TP2}`;
}

/** What is wrong with a path as an alias; null: nothing. */
export function aliasProblem(from: string): string | null {
  if (!PATH.test(from)) return `is ${JSON.stringify(from)}, which is no path: write /a, /a/b or /a/b/c`;
  return PAGES.test(from) ? `is ${from}, a page of the collector` : null;
}

/**
 * All aliases.
 *
 * @param appPaths paths of apps; one that is no entry stands for {@link TP2}
 */
export function aliasesOf(
  entries: readonly AliasEntry[],
  appPaths: ReadonlyMap<string, string> = new Map(),
): Aliases {
  const aliases = new Map(builtIn);
  for (const { from, to } of entries) aliases.set(from, { path: to, app: null });
  for (const [from, app] of appPaths) aliases.set(from, { path: aliases.get(from)?.path ?? TP2, app });
  return aliases;
}
