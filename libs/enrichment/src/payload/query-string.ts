/** Most parameters that are read: the protocol knows some ninety, and Node takes the square of their number for empty ones. */
export const MOST_PARAMETERS = 2_000;

/** The parameters of a query string, or of a form, decoded; of doubled ones the last. Empty ones count as not sent. */
export function readQueryString(querystring: string | null): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (querystring === null || querystring === '') return parameters;
  for (const [key, value] of new URLSearchParams(firstParameters(querystring)))
    if (value !== '') parameters.set(key, value);
  return parameters;
}

/** Whether a query string, or a form, has more parameters than are read. */
export const hasTooManyParameters = (querystring: string): boolean => endOfParameters(querystring) >= 0;

/** As much of a query string as is read. */
export function firstParameters(querystring: string): string {
  const end = endOfParameters(querystring);
  return end < 0 ? querystring : querystring.slice(0, end);
}

/** Where the last parameter that is read ends; negative where that is the end of the text. */
function endOfParameters(querystring: string): number {
  let at = -1;
  for (let count = 0; count < MOST_PARAMETERS; count += 1) {
    at = querystring.indexOf('&', at + 1);
    if (at < 0) return -1;
  }
  return at;
}
