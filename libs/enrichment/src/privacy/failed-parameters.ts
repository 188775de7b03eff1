import type { EnrichedEvent } from '@headwater/contracts';
import { maskAddresses, maskAddressesInJson } from '@headwater/stage';
import { jsonOf } from '../protocol/iglu-uri';
import { oneLine } from '../protocol/kinds';
import { parameters, type ParameterValues } from '../protocol/parameters';
import type { Pseudonymiser } from './pseudonyms';

/** Parameters of which the event has the one that counted. */
const ofNetwork: ReadonlySet<string> = new Set(['nuid', 'tnuid']);

/**
 * The tracker parameters of a failed event, as a replay needs them: identifiers as pseudonyms, URLs and self-describing
 * data as the enrichments left them, everything else as sent with address-like runs masked. The address is left out, and
 * so is self-describing data that could not be read.
 *
 * @param event the event after pseudonymisation
 */
export function failedParameters(
  values: ParameterValues,
  event: EnrichedEvent,
  { pseudonymOf }: Pseudonymiser,
): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [position, { key, disclosure }] of parameters.entries()) {
    const value = values[position];
    if (value === undefined || ofNetwork.has(key)) continue;
    if (disclosure === 'plain') kept[key] = maskAddresses(value);
    else if (disclosure === 'pseudonym') kept[key] = pseudonymOf(oneLine(value));
  }
  const { page_url, page_referrer, network_userid, unstruct_event, contexts } = event;
  kept['eid'] = event.event_id;
  // What counted of parameters, cookie and anonymity: a replay has no cookie, and does not know who was anonymous.
  if (network_userid !== null) kept['tnuid'] = network_userid;
  if (page_url !== null) kept['url'] = maskAddresses(page_url);
  if (page_referrer !== null) kept['refr'] = maskAddresses(page_referrer);
  if (unstruct_event) kept['ue_pr'] = maskAddressesInJson(wrapped('unstruct_event', jsonOf(unstruct_event)));
  if (contexts) kept['co'] = maskAddressesInJson(wrapped('contexts', `[${contexts.map(jsonOf).join(',')}]`));
  return kept;
}

const wrapped = (name: 'unstruct_event' | 'contexts', data: string): string =>
  `{"schema":"iglu:com.snowplowanalytics.snowplow/${name}/jsonschema/1-0-0","data":${data}}`;
