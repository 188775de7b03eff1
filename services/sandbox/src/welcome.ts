/** What is said once the sandbox listens: what to do next. */
export function welcome(
  address: string,
  { file, schemas }: { readonly file: string | null; readonly schemas: readonly string[] },
): string {
  return `
The Headwater sandbox listens at ${address}

  See events as they come     ${address}/
  Point a tracker at it       ${address}   (POST /com.snowplowanalytics.snowplow/tp2, GET /i)
  Send one by hand            curl '${address}/i?e=pv&p=web&tv=curl&url=https://example.com/'
  Ask in a test               curl '${address}/micro/all'
  Wait for an event           curl '${address}/micro/good?event_id=…&wait=5s'
  Be told at once what is bad send the header X-Headwater-Strict: 1

Your schemas: ${schemas.length > 0 ? schemas.join(', ') : 'set IGLU__FOLDERS to a folder laid out as vendor/name/jsonschema/1-0-0'}
Events last ${file === null ? 'as long as this process; set SANDBOX__FILE to keep them' : `in ${file}`}. Nothing is sent anywhere. Stop it with Ctrl-C.

`;
}
