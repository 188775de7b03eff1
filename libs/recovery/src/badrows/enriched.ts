import type { FailedEvent } from '@headwater/contracts';

/** Parameters whose text is the column. */
const texts = {
  tna: 'name_tracker',
  tv: 'v_tracker',
  cv: 'v_collector',
  tz: 'os_timezone',
  tid: 'txn_id',
  uid: 'user_id',
  duid: 'domain_userid',
  nuid: 'network_userid',
  tnuid: 'network_userid',
  fp: 'user_fingerprint',
  sid: 'domain_sessionid',
  ua: 'useragent',
  url: 'page_url',
  page: 'page_title',
  refr: 'page_referrer',
  lang: 'br_lang',
  cd: 'br_colordepth',
  cs: 'doc_charset',
  se_ca: 'se_category',
  se_ac: 'se_action',
  se_la: 'se_label',
  se_pr: 'se_property',
  se_va: 'se_value',
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
  ti_cu: 'ti_currency',
  ue_pr: 'unstruct_event',
  co: 'contexts',
} as const;

/** Parameters that are whole numbers; `1` and `0` for what a browser can. */
const integers = {
  vid: 'domain_sessionidx',
  pp_mix: 'pp_xoffset_min',
  pp_max: 'pp_xoffset_max',
  pp_miy: 'pp_yoffset_min',
  pp_may: 'pp_yoffset_max',
  ti_qu: 'ti_quantity',
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
} as const;

/** Parameters that are a width and a height. */
const sizes = {
  res: ['dvce_screenwidth', 'dvce_screenheight'],
  vp: ['br_viewwidth', 'br_viewheight'],
  ds: ['doc_width', 'doc_height'],
} as const;

/** `2021-02-11 09:35:56.273`, in UTC; null for a time that ClickHouse could not hold either. */
const atomicTime = (time: number | null): string | null =>
  time === null || !Number.isFinite(time) || Math.abs(time) > 253_402_300_799_999
    ? null
    : new Date(time).toISOString().replace('T', ' ').replace('Z', '');

const wholeNumber = (text: string): number | null => (/^-?\d{1,9}$/.test(text) ? Number(text) : null);

/** The partly enriched event of a row. What is not of its kind is left out: that is why the event failed. */
export function enrichedOf(event: FailedEvent): Readonly<Record<string, unknown>> {
  const columns: Record<string, unknown> = {
    app_id: event.app_id,
    platform: event.platform === 'unknown' ? null : event.platform,
    collector_tstamp: atomicTime(event.collector_tstamp),
    dvce_created_tstamp: atomicTime(event.dvce_created_tstamp),
    dvce_sent_tstamp: atomicTime(event.dvce_sent_tstamp),
    event: event.event === 'unknown' ? null : event.event,
    event_id: event.event_id,
    event_name: event.event_name,
    event_fingerprint: event.event_fingerprint,
    name_tracker: event.name_tracker,
    v_tracker: event.v_tracker,
    v_etl: event.processor,
    geo_country: event.geo_country,
    useragent: event.useragent,
  };
  const { parameters } = event;
  const sent = (name: string): string | undefined =>
    parameters && Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  for (const [name, column] of Object.entries(texts)) columns[column] ??= sent(name) ?? null;
  for (const [name, column] of Object.entries(integers)) columns[column] = wholeNumber(sent(name) ?? '');
  for (const [name, [width, height]] of Object.entries(sizes)) {
    const size = /^(\d{1,9})x(\d{1,9})$/.exec(sent(name) ?? '');
    columns[width] = size ? Number(size[1]) : null;
    columns[height] = size ? Number(size[2]) : null;
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null));
}
