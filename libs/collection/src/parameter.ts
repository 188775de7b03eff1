/** A name with an escape, which may stand for any other. Others need not be read. */
const ESCAPED_NAME = /(?:^|&)[^=&]*%/;

/**
 * The value of a parameter of a query string, as the enricher reads it: of doubled ones the last, and empty ones count as
 * not sent. Null: there is none.
 *
 * @param name in letters that need no escape
 */
export function lastOf(querystring: string | null, name: string): string | null {
  if (querystring === null || !(querystring.includes(`${name}=`) || ESCAPED_NAME.test(querystring)))
    return null;
  return new URLSearchParams(querystring).getAll(name).findLast((value) => value !== '') ?? null;
}
