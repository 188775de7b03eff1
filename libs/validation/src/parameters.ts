import {
  flagParameters,
  plainParameters,
  sizeParameters,
  type EnrichedEvent,
  type SelfDescribing,
} from '@headwater/contracts';
import { maskAddresses, maskAddressesInJson } from '@headwater/stage';
import { igluUri } from './resolution';

const SNOWPLOW = 'iglu:com.snowplowanalytics.snowplow';

/** The `e` parameter of each kind of event. */
export const kinds: Readonly<Record<NonNullable<EnrichedEvent['event']>, string | null>> = {
  unknown: null,
  page_view: 'pv',
  page_ping: 'pp',
  struct: 'se',
  unstruct: 'ue',
  transaction: 'tr',
  transaction_item: 'ti',
  ad_impression: 'ad',
};

/**
 * The tracker parameters that an enriched event stands for: what a replay sends through the enricher again. It is made
 * from what is left after masking and pseudonymisation, so it holds no clear identifier, and every address-like run in
 * it is masked. What enrichment derives (country, campaign, browser, derived contexts) is left out: it is derived
 * again, or carried beside (country). Lost are what the URL's allow-list removed before, click ids and `_sp` for one.
 */
export function parametersOf(event: EnrichedEvent): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  const put = (name: string, text: string): void => {
    parameters[name] = maskAddresses(text);
  };

  const kind = event.event && kinds[event.event];
  if (kind) put('e', kind);
  for (const [name, column] of Object.entries(plainParameters)) {
    const value = event[column];
    if (value !== null && !(column === 'platform' && value === 'unknown')) put(name, String(value));
  }
  for (const [name, column] of Object.entries(flagParameters)) {
    const value = event[column];
    if (value !== null) put(name, value ? '1' : '0');
  }
  for (const [name, [width, height]] of Object.entries(sizeParameters)) {
    if (event[width] !== null && event[height] !== null) put(name, `${event[width]}x${event[height]}`);
  }
  if (event.unstruct_event !== null)
    parameters['ue_pr'] = wrapped('unstruct_event/jsonschema/1-0-0', asJson(event.unstruct_event));
  if (event.contexts !== null && event.contexts.length > 0)
    parameters['co'] = wrapped('contexts/jsonschema/1-0-1', `[${event.contexts.map(asJson).join(',')}]`);
  return parameters;
}

const wrapped = (schema: string, data: string): string => `{"schema":"${SNOWPLOW}/${schema}","data":${data}}`;

function asJson(json: SelfDescribing): string {
  return `{"schema":${maskAddressesInJson(JSON.stringify(igluUri(json)))},"data":${isJson(json.data) ? maskAddressesInJson(json.data) : JSON.stringify(maskAddresses(json.data))}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
