const CREDENTIALS = /^((?:[a-z][a-z0-9+.-]*:)?\/\/)[^/?#]*@/i;

/** Which parts of URLs are kept: those query parameters, and nothing else of a query. */
export type KeptParameters = ReadonlySet<string>;

/**
 * A query string with only the allowed parameters, as they were written; null when none is left. A name counts as
 * decoded, so `utm%5Fsource` is `utm_source`.
 */
export function keptQuery(query: string | null, kept: KeptParameters): string | null {
  if (query === null || query === '') return null;
  const parameters = query.split('&').filter((parameter) => kept.has(nameOf(parameter)));
  return parameters.length > 0 ? parameters.join('&') : null;
}

/** A fragment whose queries (`#/path?a=b`, `#token=abc`) are cut in the same way; null when nothing is left. */
export function keptFragment(fragment: string | null, kept: KeptParameters): string | null {
  if (fragment === null || fragment === '') return null;
  const mark = fragment.indexOf('?');
  if (mark < 0) return fragment.includes('=') ? keptQuery(fragment, kept) : fragment;
  const before = keptFragment(fragment.slice(0, mark), kept) ?? '';
  const query = keptQuery(fragment.slice(mark + 1), kept);
  const whole = query === null ? before : `${before}?${query}`;
  return whole === '' ? null : whole;
}

/** A URL without user name and password, its query and fragment cut by allow-list. Works on any text. */
export function keptUrl(url: string, kept: KeptParameters): string {
  const withoutCredentials = url.includes('@') ? url.replace(CREDENTIALS, '$1') : url;
  const hash = withoutCredentials.indexOf('#');
  const beforeHash = hash < 0 ? withoutCredentials : withoutCredentials.slice(0, hash);
  const fragment = hash < 0 ? null : keptFragment(withoutCredentials.slice(hash + 1), kept);
  const mark = beforeHash.indexOf('?');
  const base = mark < 0 ? beforeHash : beforeHash.slice(0, mark);
  const query = mark < 0 ? null : keptQuery(beforeHash.slice(mark + 1), kept);
  return `${base}${query === null ? '' : `?${query}`}${fragment === null ? '' : `#${fragment}`}`;
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
