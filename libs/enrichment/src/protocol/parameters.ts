import type { EnrichedEvent } from '@headwater/contracts';
import {
  decimal,
  dimensions,
  double,
  event,
  flag,
  integer,
  name,
  platform,
  text,
  timestamp,
  uuid,
  type Kind,
} from './kinds';

/** An enriched event while it is being made. */
export type MutableEvent = { -readonly [Field in keyof EnrichedEvent]: EnrichedEvent[Field] };

/**
 * What may be shown of a parameter in a failed event: as it is, as its pseudonym, as a URL with its query cut by
 * allow-list, as self-describing JSON without its identifying properties, or nothing.
 */
export type Disclosure = 'plain' | 'pseudonym' | 'url' | 'selfDescribing' | 'nothing';

/** One parameter of the tracker protocol. */
export interface Parameter {
  /** Name on the wire. */
  readonly key: string;
  /** The atomic fields that it fills. */
  readonly fields: readonly (keyof EnrichedEvent)[];
  readonly expectation: string;
  readonly disclosure: Disclosure;
  /** payload_data 1-0-4 allows it in the body of a POST; the others come in query strings of old trackers. */
  readonly inBody: boolean;
  /** Reads a text into the event; false when the text is not what is expected. */
  readonly assign: (value: string, event: MutableEvent) => boolean;
}

type Options = Partial<Pick<Parameter, 'disclosure' | 'inBody'>>;

const atomic = <Field extends keyof EnrichedEvent>(
  key: string,
  kind: Kind<NonNullable<EnrichedEvent[Field]>>,
  field: Field,
  { disclosure = 'plain', inBody = true }: Options = {},
): Parameter => ({
  key,
  fields: [field],
  expectation: kind.expectation,
  disclosure,
  inBody,
  assign: (value, draft) => {
    const read = kind.read(value);
    if (read === null) return false;
    draft[field] = read;
    return true;
  },
});

const identifier = (
  key: string,
  field:
    | 'user_id'
    | 'user_fingerprint'
    | 'domain_userid'
    | 'network_userid'
    | 'domain_sessionid'
    | 'txn_id'
    | 'tr_orderid'
    | 'ti_orderid',
  kind: Kind<string> = text,
): Parameter => atomic(key, kind, field, { disclosure: 'pseudonym' });

type PixelField =
  'dvce_screenwidth' | 'dvce_screenheight' | 'br_viewwidth' | 'br_viewheight' | 'doc_width' | 'doc_height';

const pair = (key: string, width: PixelField, height: PixelField): Parameter => ({
  key,
  fields: [width, height],
  expectation: dimensions.expectation,
  disclosure: 'plain',
  inBody: true,
  assign: (value, draft) => {
    const size = dimensions.read(value);
    if (size === null) return false;
    [draft[width], draft[height]] = size;
    return true;
  },
});

/** Known to the protocol, read elsewhere or of no use; no field takes it as it is. */
const noField = (key: string, disclosure: Disclosure = 'nothing'): Parameter => ({
  key,
  fields: [],
  expectation: text.expectation,
  disclosure,
  inBody: true,
  assign: () => true,
});

const onlyInQuery: Options = { inBody: false };

/**
 * The tracker protocol, version 2: every parameter, in the order in which they are read. Where two fill one field, the
 * later one wins.
 */
export const parameters: readonly Parameter[] = [
  atomic('e', event, 'event'),
  atomic('eid', uuid, 'event_id'),
  atomic('aid', name(255), 'app_id'),
  atomic('p', platform, 'platform'),
  atomic('tna', text, 'name_tracker'),
  atomic('tv', text, 'v_tracker'),
  atomic('cv', text, 'v_collector', onlyInQuery),
  atomic('dtm', timestamp, 'dvce_created_tstamp'),
  atomic('stm', timestamp, 'dvce_sent_tstamp'),
  atomic('ttm', timestamp, 'true_tstamp'),
  atomic('tz', text, 'os_timezone'),

  identifier('uid', 'user_id'),
  identifier('duid', 'domain_userid'),
  identifier('nuid', 'network_userid'),
  identifier('tnuid', 'network_userid'),
  identifier('fp', 'user_fingerprint'),
  identifier('tid', 'txn_id'),
  identifier('sid', 'domain_sessionid', uuid),
  atomic('vid', integer, 'domain_sessionidx'),
  noField('ip'),
  atomic('ua', text, 'useragent'),

  atomic('url', text, 'page_url', { disclosure: 'url' }),
  atomic('page', text, 'page_title'),
  atomic('refr', text, 'page_referrer', { disclosure: 'url' }),
  atomic('lang', text, 'br_lang'),
  atomic('cookie', flag, 'br_cookies'),
  atomic('cd', integer, 'br_colordepth'),
  atomic('cs', text, 'doc_charset'),
  pair('res', 'dvce_screenwidth', 'dvce_screenheight'),
  pair('vp', 'br_viewwidth', 'br_viewheight'),
  pair('ds', 'doc_width', 'doc_height'),
  atomic('f_pdf', flag, 'br_features_pdf'),
  atomic('f_fla', flag, 'br_features_flash'),
  atomic('f_java', flag, 'br_features_java'),
  atomic('f_dir', flag, 'br_features_director'),
  atomic('f_qt', flag, 'br_features_quicktime'),
  atomic('f_realp', flag, 'br_features_realplayer'),
  atomic('f_wma', flag, 'br_features_windowsmedia'),
  atomic('f_gears', flag, 'br_features_gears'),
  atomic('f_ag', flag, 'br_features_silverlight'),

  noField('co', 'selfDescribing'),
  noField('cx', 'selfDescribing'),
  noField('ue_pr', 'selfDescribing'),
  noField('ue_px', 'selfDescribing'),

  atomic('ev_ca', text, 'se_category', onlyInQuery),
  atomic('ev_ac', text, 'se_action', onlyInQuery),
  atomic('ev_la', text, 'se_label', onlyInQuery),
  atomic('ev_pr', text, 'se_property', onlyInQuery),
  atomic('ev_va', double, 'se_value', onlyInQuery),
  atomic('se_ca', text, 'se_category'),
  atomic('se_ac', text, 'se_action'),
  atomic('se_la', text, 'se_label'),
  atomic('se_pr', text, 'se_property'),
  atomic('se_va', double, 'se_value'),

  atomic('pp_mix', integer, 'pp_xoffset_min'),
  atomic('pp_max', integer, 'pp_xoffset_max'),
  atomic('pp_miy', integer, 'pp_yoffset_min'),
  atomic('pp_may', integer, 'pp_yoffset_max'),

  identifier('tr_id', 'tr_orderid'),
  atomic('tr_af', text, 'tr_affiliation'),
  atomic('tr_tt', decimal, 'tr_total'),
  atomic('tr_tx', decimal, 'tr_tax'),
  atomic('tr_sh', decimal, 'tr_shipping'),
  atomic('tr_co', text, 'tr_country'),
  atomic('tr_cu', text, 'tr_currency'),
  // City and state of an order are finer than a country.
  noField('tr_ci'),
  noField('tr_st'),

  identifier('ti_id', 'ti_orderid'),
  atomic('ti_sk', text, 'ti_sku'),
  atomic('ti_na', text, 'ti_name'),
  atomic('ti_nm', text, 'ti_name'),
  atomic('ti_ca', text, 'ti_category'),
  atomic('ti_pr', decimal, 'ti_price'),
  atomic('ti_qu', integer, 'ti_quantity'),
  atomic('ti_cu', text, 'ti_currency'),

  // Left over from old trackers: allowed, of no use, some of them identifying.
  ...['ue_na', 'ctype', 'mac', 'ad_ad', 'ad_ba', 'ad_ca', 'ad_uid', 'sa', 'sn', 'sp', 'st'].map((key) =>
    noField(key),
  ),
];

const positions: ReadonlyMap<string, number> = new Map(parameters.map(({ key }, index) => [key, index]));

/** Position of a parameter in {@link parameters}; undefined for one that the protocol does not know. */
export const positionOf = (key: string): number | undefined => positions.get(key);

/** The values of one event, by position in {@link parameters}: what the body said, overridden by the query string. */
export type ParameterValues = readonly (string | undefined)[];

/** The value of one parameter. */
export const valueOf = (values: ParameterValues, key: string): string | undefined => {
  const position = positions.get(key);
  return position === undefined ? undefined : values[position];
};
