const CREDENTIALS = /^((?:[a-z][a-z0-9+.-]*:)?\/\/)[^/?#]*@/i;

/** Names of the query parameters that are kept. */
export type KeptParameters = ReadonlySet<string>;

/** A URL after the cut, and what is left of its query and fragment; null where nothing is. */
export interface CutUrl {
  readonly url: string;
  readonly query: string | null;
  readonly fragment: string | null;
}

/**
 * Takes out of a URL what may name a person: user name, password, and all query parameters but the allowed ones, also
 * where they stand in the fragment. Works on any text.
 */
export function cutUrl(url: string, kept: KeptParameters): CutUrl {
  const anonymous = url.includes('@') ? url.replace(CREDENTIALS, '$1') : url;
  const hash = anonymous.indexOf('#');
  const beforeHash = hash < 0 ? anonymous : anonymous.slice(0, hash);
  const mark = beforeHash.indexOf('?');
  const query = mark < 0 ? null : keptQuery(beforeHash.slice(mark + 1), kept);
  const fragment = hash < 0 ? null : keptFragment(anonymous.slice(hash + 1), kept);
  const base = mark < 0 ? beforeHash : beforeHash.slice(0, mark);
  return {
    url: base + (query === null ? '' : `?${query}`) + (fragment === null ? '' : `#${fragment}`),
    query,
    fragment,
  };
}

/**
 * A query string with only the allowed parameters, as they were written; null when none is left. A name counts as
 * decoded, so `utm%5Fsource` is `utm_source`.
 */
function keptQuery(query: string, kept: KeptParameters): string | null {
  let left = '';
  for (const parameter of query.split('&'))
    if (kept.has(nameOf(parameter))) left += left === '' ? parameter : `&${parameter}`;
  return left === '' ? null : left;
}

/** A fragment whose queries (`#/path?a=b`, `#token=abc`) are cut in the same way. */
function keptFragment(fragment: string, kept: KeptParameters): string | null {
  if (fragment === '') return null;
  const mark = fragment.indexOf('?');
  if (mark < 0) return fragment.includes('=') ? keptQuery(fragment, kept) : fragment;
  const before = keptFragment(fragment.slice(0, mark), kept) ?? '';
  const query = keptQuery(fragment.slice(mark + 1), kept);
  const whole = query === null ? before : `${before}?${query}`;
  return whole === '' ? null : whole;
}

function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=');
  const name = equals < 0 ? parameter : parameter.slice(0, equals);
  if (!name.includes('%') && !name.includes('+')) return name;
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
