import type { EnrichedEvent, Failure } from '@headwater/contracts';
import { failure } from '@headwater/stage';
import { characters, compileSchema, type Violation } from '../resolution';
import { defineRule, NO_FAILURES } from './rule';

type TextField = {
  [Field in keyof EnrichedEvent]-?: EnrichedEvent[Field] extends string | null ? Field : never;
}[keyof EnrichedEvent];

/** Fields whose values are words of an enum: their length is no question. */
type EnumField = 'platform' | 'event' | 'time_quality';

/**
 * Longest value of every text field, in characters. The limits are those of the canonical event (`atomic/1-0-0`); the
 * fields that it does not have, or has as numbers (ids that are pseudonyms here, money), have limits of our own.
 */
export const maxLengths: Readonly<Record<Exclude<TextField, EnumField>, number>> = {
  app_id: 255,
  event_id: 36,
  event_vendor: 1000,
  event_name: 1000,
  event_format: 128,
  event_version: 128,
  event_fingerprint: 128,
  duplicate_of: 36,
  payload_id: 36,
  replay_id: 36,
  replay_of: 36,
  txn_id: 255,
  name_tracker: 128,
  v_tracker: 100,
  v_collector: 100,
  v_etl: 100,
  user_id: 255,
  user_fingerprint: 128,
  domain_userid: 128,
  domain_sessionid: 128,
  network_userid: 128,
  pseudonym_key_id: 128,
  geo_country: 2,
  page_url: 4096,
  page_title: 2000,
  page_referrer: 4096,
  page_urlscheme: 16,
  page_urlhost: 255,
  page_urlpath: 3000,
  page_urlquery: 6000,
  page_urlfragment: 3000,
  refr_urlscheme: 16,
  refr_urlhost: 255,
  refr_urlpath: 6000,
  refr_urlquery: 6000,
  refr_urlfragment: 3000,
  refr_medium: 25,
  refr_source: 50,
  refr_term: 255,
  refr_domain_userid: 128,
  mkt_medium: 255,
  mkt_source: 255,
  mkt_term: 255,
  mkt_content: 500,
  mkt_campaign: 255,
  mkt_clickid: 128,
  mkt_network: 64,
  se_category: 1000,
  se_action: 1000,
  se_label: 4096,
  se_property: 1000,
  tr_orderid: 255,
  tr_affiliation: 255,
  tr_total: 64,
  tr_tax: 64,
  tr_shipping: 64,
  tr_country: 255,
  tr_currency: 3,
  ti_orderid: 255,
  ti_sku: 255,
  ti_name: 255,
  ti_category: 255,
  ti_price: 64,
  ti_currency: 3,
  useragent: 1000,
  br_name: 50,
  br_family: 50,
  br_version: 50,
  br_type: 50,
  br_renderengine: 50,
  br_lang: 255,
  os_name: 50,
  os_family: 50,
  os_manufacturer: 50,
  os_timezone: 255,
  dvce_type: 50,
  doc_charset: 128,
};

/** All limits as one schema: compiled, it reads each field by name, which is ten times faster than a loop over names. */
const { violations } = compileSchema({
  properties: Object.fromEntries(
    Object.entries(maxLengths).map(([field, maxLength]) => [field, { maxLength }]),
  ),
});

export const atomicLengths = defineRule({
  name: 'atomicLengths',
  summary: 'No text field is longer than the canonical event allows.',
  check: (event) => {
    const found = violations(event);
    return found.length === 0 ? NO_FAILURES : found.map(tooLong);
  },
});

function tooLong({ path, value, keyword, expectation }: Violation): Failure {
  const field = path.slice(1);
  return failure(
    'atomic_field_violation',
    `${field} has ${characters(value)} characters: expected ${expectation}. Shorten it where it is tracked.`,
    { field, value, expectation, keyword, source: 'atomicLengths' },
  );
}
