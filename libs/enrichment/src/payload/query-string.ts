/** The parameters of a query string, decoded; of doubled ones the last. Empty ones count as not sent. */
export function readQueryString(querystring: string | null): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (querystring === null || querystring === '') return parameters;
  for (const [key, value] of new URLSearchParams(querystring)) if (value !== '') parameters.set(key, value);
  return parameters;
}
