import type { EnrichedEvent, SelfDescribing } from '@headwater/contracts';
import { maskAddresses, maskAddressesInJson } from '@headwater/stage';
import { igluUri } from './resolution';

const SNOWPLOW = 'iglu:com.snowplowanalytics.snowplow';

type Column = keyof EnrichedEvent;

/** Columns that a tracker sends as they are, as text, and the parameter that carries each. */
export const plainParameters = {
  eid: 'event_id',
  aid: 'app_id',
  p: 'platform',
  tna: 'name_tracker',
  tv: 'v_tracker',
  dtm: 'dvce_created_tstamp',
  stm: 'dvce_sent_tstamp',
  ttm: 'true_tstamp',
  tz: 'os_timezone',
  tid: 'txn_id',
  uid: 'user_id',
  duid: 'domain_userid',
  tnuid: 'network_userid',
  fp: 'user_fingerprint',
  vid: 'domain_sessionidx',
  sid: 'domain_sessionid',
  url: 'page_url',
  page: 'page_title',
  refr: 'page_referrer',
  ua: 'useragent',
  lang: 'br_lang',
  cd: 'br_colordepth',
  cs: 'doc_charset',
  se_ca: 'se_category',
  se_ac: 'se_action',
  se_la: 'se_label',
  se_pr: 'se_property',
  se_va: 'se_value',
  pp_mix: 'pp_xoffset_min',
  pp_max: 'pp_xoffset_max',
  pp_miy: 'pp_yoffset_min',
  pp_may: 'pp_yoffset_max',
  tr_id: 'tr_orderid',
  tr_af: 'tr_affiliation',
  tr_tt: 'tr_total',
  tr_tx: 'tr_tax',
  tr_sh: 'tr_shipping',
  tr_co: 'tr_country',
  tr_cu: 'tr_currency',
  ti_id: 'ti_orderid',
  ti_sk: 'ti_sku',
  ti_nm: 'ti_name',
  ti_ca: 'ti_category',
  ti_pr: 'ti_price',
  ti_qu: 'ti_quantity',
  ti_cu: 'ti_currency',
} as const satisfies Readonly<Record<string, Column>>;

/** Columns that a tracker sends as `1` or `0`. */
export const flagParameters = {
  cookie: 'br_cookies',
  f_pdf: 'br_features_pdf',
  f_fla: 'br_features_flash',
  f_java: 'br_features_java',
  f_dir: 'br_features_director',
  f_qt: 'br_features_quicktime',
  f_realp: 'br_features_realplayer',
  f_wma: 'br_features_windowsmedia',
  f_gears: 'br_features_gears',
  f_ag: 'br_features_silverlight',
} as const satisfies Readonly<Record<string, Column>>;

/** Pairs of columns that a tracker sends as `1024x768`. */
export const sizeParameters = {
  res: ['dvce_screenwidth', 'dvce_screenheight'],
  vp: ['br_viewwidth', 'br_viewheight'],
  ds: ['doc_width', 'doc_height'],
} as const satisfies Readonly<Record<string, readonly [Column, Column]>>;

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
