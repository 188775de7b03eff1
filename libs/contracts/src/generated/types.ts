// Generated from libs/contracts/avro by `npm run generate`. Do not edit.

export const HttpMethod = ['unknown', 'GET', 'POST'] as const;
export type HttpMethod = (typeof HttpMethod)[number];

/** One HTTP request as the collector accepted it. The body is kept as it came, not parsed. Holds the truncated address: only the enricher reads it. */
export interface CollectorPayload {
  /** UUID of the request, made by the collector. */
  readonly payload_id: string;
  /** When the collector received the request. Milliseconds since 1970, UTC. */
  readonly collector_tstamp: number;
  /** Name and version of the collector that wrote it. */
  readonly collector: string | null;
  /** HTTP method; a HEAD counts as GET. */
  readonly method: HttpMethod | null;
  /** Path of the request, aliases resolved. */
  readonly path: string | null;
  /** Query string without the question mark; any `ip` parameter is truncated. */
  readonly querystring: string | null;
  /** Content-Type of the request. */
  readonly content_type: string | null;
  /** Body as it came; any `ip` parameter is truncated. */
  readonly body: Buffer | null;
  /** Host the request was sent to. */
  readonly hostname: string | null;
  /** Truncated address of the visitor (IPv4 /24, IPv6 /48); null when the visitor asked for anonymity. */
  readonly ip_address: string | null;
  /** User-Agent header. */
  readonly user_agent: string | null;
  /** Referer header. */
  readonly referer: string | null;
  /** Allow-listed headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>> | null;
  /** Value of the collector cookie, or the id that the collector chose. */
  readonly network_userid: string | null;
  /** The request carried SP-Anonymous. */
  readonly anonymous: boolean | null;
  /** Cookies that the configuration names; the collector's own is network_userid. */
  readonly cookies: Readonly<Record<string, string>> | null;
  /** App of the registry that the collector admitted the request for, by path, key or header; null where it could not tell. */
  readonly app: string | null;
}

export const Platform = ['unknown', 'web', 'mob', 'pc', 'srv', 'app', 'tv', 'cnsl', 'iot'] as const;
export type Platform = (typeof Platform)[number];

export const EventKind = ['unknown', 'page_view', 'page_ping', 'struct', 'unstruct', 'transaction', 'transaction_item', 'ad_impression'] as const;
export type EventKind = (typeof EventKind)[number];

/** A self-describing JSON, its Iglu key split into parts. */
export interface SelfDescribing {
  /** Vendor, e.g. com.snowplowanalytics.snowplow. */
  readonly vendor: string;
  /** Schema name. */
  readonly name: string;
  /** Schema format, normally jsonschema. */
  readonly format: string;
  /** SchemaVer model. */
  readonly model: number;
  /** SchemaVer revision. */
  readonly revision: number;
  /** SchemaVer addition. */
  readonly addition: number;
  /** The data as JSON text. */
  readonly data: string;
}

export const TimeQuality = ['unknown', 'good', 'late', 'skewed', 'estimated'] as const;
export type TimeQuality = (typeof TimeQuality)[number];

/** One event with the canonical atomic fields, typed. No address and no geography finer than the country. */
export interface EnrichedEvent {
  /** Application that sent the event; `unknown` when the tracker named none. */
  readonly app_id: string;
  /** UUID of the event, lower case. */
  readonly event_id: string;
  /** When the collector received the event. Milliseconds since 1970, UTC. */
  readonly collector_tstamp: number;
  /** Platform of the tracker. */
  readonly platform: Platform | null;
  /** Kind of event. */
  readonly event: EventKind | null;
  /** Vendor of the event schema. */
  readonly event_vendor: string | null;
  /** Name of the event schema. */
  readonly event_name: string | null;
  /** Format of the event schema. */
  readonly event_format: string | null;
  /** SchemaVer of the event schema. */
  readonly event_version: string | null;
  /** Hash of the event as sent, taken before masking; equal for two copies of one event. */
  readonly event_fingerprint: string | null;
  /** The id the event was sent with, where another event had taken it: event_id is then derived from both. */
  readonly duplicate_of: string | null;
  /** Collector payload that carried the event. */
  readonly payload_id: string | null;
  /** Position of the event in its payload, from 0. */
  readonly payload_index: number | null;
  /** Client clock when the event happened. Milliseconds since 1970, UTC. */
  readonly dvce_created_tstamp: number | null;
  /** Client clock when the event was sent. Milliseconds since 1970, UTC. */
  readonly dvce_sent_tstamp: number | null;
  /** Exact time set by the tracker. Milliseconds since 1970, UTC. */
  readonly true_tstamp: number | null;
  /** Best estimate of when the event happened. Milliseconds since 1970, UTC. */
  readonly derived_tstamp: number | null;
  /** Transaction id, pseudonymised. */
  readonly txn_id: string | null;
  /** Tracker namespace. */
  readonly name_tracker: string | null;
  /** Tracker version. */
  readonly v_tracker: string | null;
  /** Collector version. */
  readonly v_collector: string | null;
  /** Enricher version. */
  readonly v_etl: string | null;
  /** User id set by the application, pseudonymised. */
  readonly user_id: string | null;
  /** Browser fingerprint, pseudonymised. */
  readonly user_fingerprint: string | null;
  /** First-party cookie id, pseudonymised. */
  readonly domain_userid: string | null;
  /** Number of the session of this visitor. */
  readonly domain_sessionidx: number | null;
  /** Session id, pseudonymised. */
  readonly domain_sessionid: string | null;
  /** Collector cookie id, pseudonymised. */
  readonly network_userid: string | null;
  /** Key under which the identifiers of this event were pseudonymised. */
  readonly pseudonym_key_id: string | null;
  /** ISO 3166-1 alpha-2 country, ZZ when unknown. */
  readonly geo_country: string | null;
  /** Page URL, query by allow-list. */
  readonly page_url: string | null;
  /** Page title. */
  readonly page_title: string | null;
  /** Referrer URL, query by allow-list. */
  readonly page_referrer: string | null;
  /** Scheme of the page URL. */
  readonly page_urlscheme: string | null;
  /** Host of the page URL. */
  readonly page_urlhost: string | null;
  /** Port of the page URL. */
  readonly page_urlport: number | null;
  /** Path of the page URL. */
  readonly page_urlpath: string | null;
  /** Query of the page URL, by allow-list. */
  readonly page_urlquery: string | null;
  /** Fragment of the page URL. */
  readonly page_urlfragment: string | null;
  /** Scheme of the referrer. */
  readonly refr_urlscheme: string | null;
  /** Host of the referrer. */
  readonly refr_urlhost: string | null;
  /** Port of the referrer. */
  readonly refr_urlport: number | null;
  /** Path of the referrer. */
  readonly refr_urlpath: string | null;
  /** Query of the referrer, by allow-list. */
  readonly refr_urlquery: string | null;
  /** Fragment of the referrer. */
  readonly refr_urlfragment: string | null;
  /** Kind of referrer: internal, search, social, email, paid, unknown. */
  readonly refr_medium: string | null;
  /** Name of the referrer. */
  readonly refr_source: string | null;
  /** Search term. */
  readonly refr_term: string | null;
  /** domain_userid of the linking page, pseudonymised. */
  readonly refr_domain_userid: string | null;
  /** Client clock when the link was decorated. Milliseconds since 1970, UTC. */
  readonly refr_dvce_tstamp: number | null;
  /** Campaign medium. */
  readonly mkt_medium: string | null;
  /** Campaign source. */
  readonly mkt_source: string | null;
  /** Campaign term. */
  readonly mkt_term: string | null;
  /** Campaign content. */
  readonly mkt_content: string | null;
  /** Campaign name. */
  readonly mkt_campaign: string | null;
  /** Click id, pseudonymised. */
  readonly mkt_clickid: string | null;
  /** Advertising network of the click id. */
  readonly mkt_network: string | null;
  /** Category of a structured event. */
  readonly se_category: string | null;
  /** Action of a structured event. */
  readonly se_action: string | null;
  /** Label of a structured event. */
  readonly se_label: string | null;
  /** Property of a structured event. */
  readonly se_property: string | null;
  /** Value of a structured event. */
  readonly se_value: number | null;
  /** The self-describing event. */
  readonly unstruct_event: SelfDescribing | null;
  /** Contexts sent with the event. */
  readonly contexts: readonly SelfDescribing[] | null;
  /** Contexts added by enrichments. */
  readonly derived_contexts: readonly SelfDescribing[] | null;
  /** Order id, pseudonymised. */
  readonly tr_orderid: string | null;
  /** Affiliation of the order. */
  readonly tr_affiliation: string | null;
  /** Total as decimal text. */
  readonly tr_total: string | null;
  /** Tax as decimal text. */
  readonly tr_tax: string | null;
  /** Shipping as decimal text. */
  readonly tr_shipping: string | null;
  /** Country of the order as sent. */
  readonly tr_country: string | null;
  /** ISO 4217 currency of the order. */
  readonly tr_currency: string | null;
  /** Order id of the item, pseudonymised. */
  readonly ti_orderid: string | null;
  /** SKU. */
  readonly ti_sku: string | null;
  /** Item name. */
  readonly ti_name: string | null;
  /** Item category. */
  readonly ti_category: string | null;
  /** Unit price as decimal text. */
  readonly ti_price: string | null;
  /** Quantity. */
  readonly ti_quantity: number | null;
  /** ISO 4217 currency of the item. */
  readonly ti_currency: string | null;
  /** Least horizontal scroll since the last ping, pixels. */
  readonly pp_xoffset_min: number | null;
  /** Greatest horizontal scroll, pixels. */
  readonly pp_xoffset_max: number | null;
  /** Least vertical scroll, pixels. */
  readonly pp_yoffset_min: number | null;
  /** Greatest vertical scroll, pixels. */
  readonly pp_yoffset_max: number | null;
  /** User agent string. */
  readonly useragent: string | null;
  /** Browser and version. */
  readonly br_name: string | null;
  /** Browser family. */
  readonly br_family: string | null;
  /** Browser version. */
  readonly br_version: string | null;
  /** Kind of browser. */
  readonly br_type: string | null;
  /** Rendering engine. */
  readonly br_renderengine: string | null;
  /** Language of the browser. */
  readonly br_lang: string | null;
  /** The browser reports pdf. */
  readonly br_features_pdf: boolean | null;
  /** The browser reports flash. */
  readonly br_features_flash: boolean | null;
  /** The browser reports java. */
  readonly br_features_java: boolean | null;
  /** The browser reports director. */
  readonly br_features_director: boolean | null;
  /** The browser reports quicktime. */
  readonly br_features_quicktime: boolean | null;
  /** The browser reports realplayer. */
  readonly br_features_realplayer: boolean | null;
  /** The browser reports windowsmedia. */
  readonly br_features_windowsmedia: boolean | null;
  /** The browser reports gears. */
  readonly br_features_gears: boolean | null;
  /** The browser reports silverlight. */
  readonly br_features_silverlight: boolean | null;
  /** The browser accepts cookies. */
  readonly br_cookies: boolean | null;
  /** Colour depth, bits. */
  readonly br_colordepth: number | null;
  /** Viewport width, pixels. */
  readonly br_viewwidth: number | null;
  /** Viewport height, pixels. */
  readonly br_viewheight: number | null;
  /** Operating system and version. */
  readonly os_name: string | null;
  /** Operating system family. */
  readonly os_family: string | null;
  /** Maker of the operating system. */
  readonly os_manufacturer: string | null;
  /** Time zone set on the device, as the tracker sent it. */
  readonly os_timezone: string | null;
  /** Kind of device. */
  readonly dvce_type: string | null;
  /** The device is mobile. */
  readonly dvce_ismobile: boolean | null;
  /** Screen width, pixels. */
  readonly dvce_screenwidth: number | null;
  /** Screen height, pixels. */
  readonly dvce_screenheight: number | null;
  /** Character set of the page. */
  readonly doc_charset: string | null;
  /** Page width, pixels. */
  readonly doc_width: number | null;
  /** Page height, pixels. */
  readonly doc_height: number | null;
  /** The user agent names itself a bot. */
  readonly is_bot: boolean | null;
  /** How far derived_tstamp can be trusted: `good`; `late` (sent long after it happened); `skewed` (the clock of the device is wrong, which is corrected); `estimated` (no device clock: the time of the collector). */
  readonly time_quality: TimeQuality | null;
  /** Set when the event came through a replay: derived from the failed event and the recipe, so that the same replay has the same id. */
  readonly replay_id: string | null;
  /** failed_id of the failed event that was replayed. */
  readonly replay_of: string | null;
  /** When it was replayed. collector_tstamp stays the original one. Milliseconds since 1970, UTC. */
  readonly replayed_at: number | null;
}

export const StageName = ['unknown', 'collector', 'enricher', 'validator', 'loader'] as const;
export type StageName = (typeof StageName)[number];

export const FailureType = ['unknown', 'size_violation', 'undecodable_record', 'payload_format_violation', 'adapter_failure', 'tracker_protocol_violation', 'schema_violation', 'enrichment_failure', 'atomic_field_violation', 'loading_failure', 'path_scan', 'app_not_admitted', 'quota_exceeded', 'replay_failure'] as const;
export type FailureType = (typeof FailureType)[number];

/** One thing that is wrong with an event. */
export interface Failure {
  /** What kind of problem it is. */
  readonly type: FailureType | null;
  /** What is wrong and what was expected, for people. */
  readonly message: string | null;
  /** Wire parameter or atomic field. */
  readonly field: string | null;
  /** The offending value, masked and shortened. */
  readonly value: string | null;
  /** What would have been accepted. */
  readonly expectation: string | null;
  /** Iglu URI of the schema that was not met. */
  readonly schema: string | null;
  /** JSON pointer into the data. */
  readonly path: string | null;
  /** JSON Schema keyword that failed. */
  readonly keyword: string | null;
  /** Enrichment, rule or reader that reports it. */
  readonly source: string | null;
}

/** Where the bytes lie that could not be decoded. */
export interface PayloadReference {
  /** Topic. */
  readonly topic: string;
  /** Partition. */
  readonly partition: number;
  /** Offset. */
  readonly offset: number;
  /** Length of the value in bytes. */
  readonly length: number;
  /** SHA-256 of the value, hex. */
  readonly sha256: string;
}

/** An event that could not go on, with every reason and what a replay needs. Never holds an address or a clear identifier. */
export interface FailedEvent {
  /** UUID derived from the content: the same failure of the same event has the same id. */
  readonly failed_id: string;
  /** Application that sent the event; `unknown` when it cannot be told. */
  readonly app_id: string;
  /** When the collector received the event. Milliseconds since 1970, UTC. */
  readonly collector_tstamp: number;
  /** Stage that failed it. */
  readonly stage: StageName | null;
  /** Type of the first failure. */
  readonly failure_type: FailureType | null;
  /** All failures of the event. */
  readonly failures: readonly Failure[] | null;
  /** Name and version of the program that failed it. */
  readonly processor: string | null;
  /** Id of the event where it is known. */
  readonly event_id: string | null;
  /** Kind of event where it is known. */
  readonly event: EventKind | null;
  /** Name of the event schema where it is known. */
  readonly event_name: string | null;
  /** Platform where it is known. */
  readonly platform: Platform | null;
  /** Tracker namespace. */
  readonly name_tracker: string | null;
  /** Tracker version. */
  readonly v_tracker: string | null;
  /** Fingerprint of the event as sent. */
  readonly event_fingerprint: string | null;
  /** Collector payload that carried the event. */
  readonly payload_id: string | null;
  /** Position in the payload, from 0. */
  readonly payload_index: number | null;
  /** Client clock when the event happened. Milliseconds since 1970, UTC. */
  readonly dvce_created_tstamp: number | null;
  /** Client clock when it was sent. Milliseconds since 1970, UTC. */
  readonly dvce_sent_tstamp: number | null;
  /** Country already derived. */
  readonly geo_country: string | null;
  /** User agent string. */
  readonly useragent: string | null;
  /** Key under which identifiers were pseudonymised. */
  readonly pseudonym_key_id: string | null;
  /** Path of the request. */
  readonly path: string | null;
  /** Content-Type of the request. */
  readonly content_type: string | null;
  /** Tracker parameters after masking and pseudonymisation. */
  readonly parameters: Readonly<Record<string, string>> | null;
  /** Masked and shortened text of a payload that could not be split into events. */
  readonly payload: string | null;
  /** Set when the content itself is not kept. */
  readonly reference: PayloadReference | null;
  /** Whether a replay can repair it. */
  readonly replayable: boolean | null;
  /** Why a replay cannot repair it. */
  readonly not_replayable_reason: string | null;
  /** Set when the event failed in a replay: the id of that replay. */
  readonly replay_id: string | null;
  /** failed_id of the failed event that was replayed. */
  readonly replay_of: string | null;
  /** When it was replayed. collector_tstamp stays the original one. Milliseconds since 1970, UTC. */
  readonly replayed_at: number | null;
}

export const AlertStage = ['unknown', 'collector', 'enricher', 'validator', 'loader', 'quality_monitor'] as const;
export type AlertStage = (typeof AlertStage)[number];

export const AlertState = ['unknown', 'firing', 'resolved'] as const;
export type AlertState = (typeof AlertState)[number];

export const AlertSeverity = ['unknown', 'info', 'warning', 'critical'] as const;
export type AlertSeverity = (typeof AlertSeverity)[number];

/** A deviation in the quality of the data, raised or resolved. */
export interface QualityAlert {
  /** UUID of this state change, derived from key, state and start. */
  readonly alert_id: string;
  /** Application concerned; `*` for all. */
  readonly app_id: string;
  /** Collector time of the observation that changed the state. Milliseconds since 1970, UTC. */
  readonly collector_tstamp: number;
  /** Stable key of the deviation: raised and resolved share it. */
  readonly dedupe_key: string | null;
  /** Check that noticed it. */
  readonly check: string | null;
  /** Series concerned. */
  readonly series: string | null;
  /** Stage that owns the deviation. */
  readonly stage: AlertStage | null;
  /** State after this change. */
  readonly state: AlertState | null;
  /** How urgent it is. */
  readonly severity: AlertSeverity | null;
  /** Estimated start of the deviation. Milliseconds since 1970, UTC. */
  readonly started_at: number | null;
  /** When it was over. Milliseconds since 1970, UTC. */
  readonly resolved_at: number | null;
  /** What was observed. */
  readonly observed: number | null;
  /** What was expected. */
  readonly expected: number | null;
  /** Lower end of what is usual. */
  readonly expected_low: number | null;
  /** Upper end of what is usual. */
  readonly expected_high: number | null;
  /** Unit of the figures. */
  readonly unit: string | null;
  /** One sentence for people. */
  readonly summary: string | null;
  /** What was compared with what, and what to do next. */
  readonly explanation: string | null;
  /** Path of the runbook page. */
  readonly runbook: string | null;
}

/** A failed event, repaired, on its way back into the enricher. Holds what the failed event kept: pseudonyms, no address, original times. */
export interface Replay {
  /** The failed event that is replayed. */
  readonly failed_id: string;
  /** Application of the failed event. */
  readonly app_id: string;
  /** When the collector received the event: the original time. Milliseconds since 1970, UTC. */
  readonly collector_tstamp: number;
  /** Derived from failed_id and the recipe: the same replay has the same id. */
  readonly replay_id: string | null;
  /** When the replay was sent. Milliseconds since 1970, UTC. */
  readonly replayed_at: number | null;
  /** Run of `headwater failed replay` that sent it: see the table replay_runs. */
  readonly run_id: string | null;
  /** Name and version of the recipe that repaired it, e.g. `fix-link-click@2`; null: replayed as it was. */
  readonly recipe: string | null;
  /** Id of the event. */
  readonly event_id: string | null;
  /** Fingerprint of the event as it was first sent. */
  readonly event_fingerprint: string | null;
  /** Collector payload that carried the event. */
  readonly payload_id: string | null;
  /** Position in the payload, from 0. */
  readonly payload_index: number | null;
  /** Country already derived; null where the enricher had not come so far. */
  readonly geo_country: string | null;
  /** User agent string, masked. */
  readonly useragent: string | null;
  /** Key under which the identifiers in the parameters are pseudonyms. */
  readonly pseudonym_key_id: string | null;
  /** Tracker parameters after the repair. */
  readonly parameters: Readonly<Record<string, string>> | null;
  /** Self-describing data whose schema the repair replaced, by place (`unstruct_event`, `contexts/0`): what the new schema marks in it is not pseudonymised yet. */
  readonly unpseudonymised: readonly string[] | null;
}

export const CountingStage = ['unknown', 'collector', 'enricher', 'validator', 'loader'] as const;
export type CountingStage = (typeof CountingStage)[number];

export const CountUnit = ['unknown', 'payload', 'event'] as const;
export type CountUnit = (typeof CountUnit)[number];

/** What one stage did to the records of one minute of collector time, for one app and one series: a small summary that adds up. */
export interface StageCounts {
  /** UUID derived from stage, app, series, window and input range: equal for a re-sent summary. */
  readonly counts_id: string;
  /** Application; `*` where the stage does not look inside the payload. */
  readonly app_id: string;
  /** Start of the minute of collector time that is summarised. Milliseconds since 1970, UTC. */
  readonly collector_tstamp: number;
  /** Stage that counts. */
  readonly stage: CountingStage | null;
  /** Series within the app, e.g. `total` or `event_name=page_view`. */
  readonly series: string | null;
  /** What is counted. */
  readonly unit: CountUnit | null;
  /** Input range, e.g. `collector-payloads/3/100-199`, or the instance that counted. */
  readonly source: string | null;
  /** Units that came in. */
  readonly in_count: number | null;
  /** Units handed on. */
  readonly out_count: number | null;
  /** Units failed, by failure type. */
  readonly failed: Readonly<Record<string, number>> | null;
  /** Units dropped on purpose, by reason. */
  readonly dropped: Readonly<Record<string, number>> | null;
  /** Collector payloads that these events came from: the link between the units. */
  readonly payloads_in: number | null;
  /** HTTP answers by status code (collector). */
  readonly status_codes: Readonly<Record<string, number>> | null;
  /** Records still to read in the source, when counted. */
  readonly lag_records: number | null;
  /** Greatest time from collector to this stage in the window, milliseconds. */
  readonly max_delay_ms: number | null;
}

/** The record that each schema describes. */
export interface RecordOf {
  CollectorPayload: CollectorPayload;
  EnrichedEvent: EnrichedEvent;
  FailedEvent: FailedEvent;
  QualityAlert: QualityAlert;
  Replay: Replay;
  StageCounts: StageCounts;
}
