/** The hops of an X-Forwarded-For header, client first. */
export const xForwardedFor = (header: string): readonly string[] =>
  header.split(',').map((hop) => hop.trim());

/**
 * The `for` of each hop in a Forwarded header (RFC 7239), client first, out of its quotes; empty where a hop has none.
 * `unknown` and names that hide an address (`_hidden`) come out as they are.
 */
export const forwardedFor = (header: string): readonly string[] =>
  unquotedParts(header, ',').map((element) => forIn(unquotedParts(element, ';')));

/**
 * The same where the last hops count, because proxies that are trusted wrote them: commas separate hops also within
 * quotes, so that a quote which a stranger opened cannot reach over what a proxy appended.
 */
export const appendedFor = (header: string): readonly string[] =>
  header.split(',').map((element) => forIn(element.split(';')));

function forIn(pairs: readonly string[]): string {
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (pair.slice(0, equals).trim().toLowerCase() === 'for') return unquoted(pair.slice(equals + 1).trim());
  }
  return '';
}

/** Splits at a separator outside of quotes. A quote that is never closed reaches to the end. */
function unquotedParts(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === '\\') at += 1;
    else if (!quoted && character === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

const unquoted = (value: string): string =>
  value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;
