import type { EnrichedEvent } from './generated/types';

/*
 * Which parameter of the tracker protocol carries which column, for whoever turns a stored event back into parameters. How
 * a parameter is read is said in libs/enrichment.
 */

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
