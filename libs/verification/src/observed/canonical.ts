import { hash } from 'node:crypto';
import { maskAddresses, maskAddressesInJson } from '@headwater/stage';
import { plannedEvent } from '../plan/planned-event';
import type { Plan } from '../plan/plan';

/*
 * What must be found of an event, byte for byte. Left out is what the pipeline derives, and what it turns into pseudonyms
 * under a key that only the enricher has.
 */

type Parameters = Readonly<Record<string, string>>;

/** A part of the canonical text of a stored event: how ClickHouse says it, and what it must be. */
export interface CanonicalColumn {
  readonly name: string;
  /** Expression of type String over the columns of `events_stored`. */
  readonly sql: string;
  readonly expected: (sent: Parameters) => string;
}

const kinds: Readonly<
  Record<string, readonly [event: string, vendor: string, name: string, version: string]>
> = {
  pv: ['page_view', 'com.snowplowanalytics.snowplow', 'page_view', '1-0-0'],
  pp: ['page_ping', 'com.snowplowanalytics.snowplow', 'page_ping', '1-0-0'],
  se: ['struct', 'com.google.analytics', 'event', '1-0-0'],
  tr: ['transaction', 'com.snowplowanalytics.snowplow', 'transaction', '1-0-0'],
  ue: ['unstruct', 'com.snowplowanalytics.snowplow', 'link_click', '1-0-1'],
};
const kindPart =
  (index: 0 | 1 | 2 | 3) =>
  (sent: Parameters): string =>
    kinds[sent['e'] ?? '']?.[index] ?? '';

const text = (name: string, parameter: string): CanonicalColumn => ({
  name,
  sql: `CAST(${name}, 'String')`,
  expected: (sent) => sent[parameter] ?? '',
});
const number = (name: string, parameter: string): CanonicalColumn => ({
  name,
  sql: `ifNull(toString(${name}), '')`,
  expected: (sent) => sent[parameter] ?? '',
});
const time = (name: string, parameter: string): CanonicalColumn => ({
  name,
  sql: `ifNull(toString(toUnixTimestamp64Milli(${name})), '')`,
  expected: (sent) => sent[parameter] ?? '',
});
const derived = (name: string, expected: (sent: Parameters) => string): CanonicalColumn => ({
  name,
  sql: `CAST(${name}, 'String')`,
  expected,
});
const half = (name: string, parameter: string, index: 0 | 1): CanonicalColumn => ({
  name,
  sql: `ifNull(toString(${name}), '')`,
  expected: (sent) => sent[parameter]?.split('x')[index] ?? '',
});

interface Json {
  readonly schema: string;
  readonly data: unknown;
}

/** `vendor/name/model-revision-addition:data` of self-describing JSON. */
const selfDescribing = ({ schema, data }: Json): string => {
  const [, vendor = '', name = '', version = ''] =
    /^iglu:([^/]+)\/([^/]+)\/jsonschema\/(.+)$/.exec(schema) ?? [];
  return `${vendor}/${name}/${version}:${JSON.stringify(data)}`;
};
const selfDescribingSql = (entity: string): string =>
  `concat(${entity}.vendor, '/', ${entity}.name, '/', toString(${entity}.model), '-', toString(${entity}.revision), '-', toString(${entity}.addition), ':', ${entity}.data)`;
const inner = (wrapped: string | undefined): unknown =>
  wrapped === undefined ? null : (JSON.parse(wrapped) as Json).data;

/** Columns of `events_stored` that hold what was sent. */
export const eventColumns: readonly CanonicalColumn[] = [
  text('app_id', 'aid'),
  text('platform', 'p'),
  derived('event', kindPart(0)),
  derived('event_vendor', kindPart(1)),
  derived('event_name', kindPart(2)),
  derived('event_version', kindPart(3)),
  text('name_tracker', 'tna'),
  text('v_tracker', 'tv'),
  time('dvce_created_tstamp', 'dtm'),
  time('dvce_sent_tstamp', 'stm'),
  text('os_timezone', 'tz'),
  number('domain_sessionidx', 'vid'),
  text('page_url', 'url'),
  text('page_title', 'page'),
  text('br_lang', 'lang'),
  {
    name: 'br_cookies',
    sql: "multiIf(isNull(br_cookies), '', br_cookies, '1', '0')",
    expected: (sent) => sent['cookie'] ?? '',
  },
  number('br_colordepth', 'cd'),
  text('doc_charset', 'cs'),
  half('dvce_screenwidth', 'res', 0),
  half('dvce_screenheight', 'res', 1),
  half('br_viewwidth', 'vp', 0),
  half('br_viewheight', 'vp', 1),
  text('se_category', 'se_ca'),
  text('se_action', 'se_ac'),
  text('se_label', 'se_la'),
  text('se_property', 'se_pr'),
  number('se_value', 'se_va'),
  number('pp_xoffset_min', 'pp_mix'),
  number('pp_xoffset_max', 'pp_max'),
  number('pp_yoffset_min', 'pp_miy'),
  number('pp_yoffset_max', 'pp_may'),
  text('tr_affiliation', 'tr_af'),
  number('tr_total', 'tr_tt'),
  number('tr_tax', 'tr_tx'),
  text('tr_currency', 'tr_cu'),
  {
    name: 'unstruct_event',
    sql: `if(unstruct_event.name = '', '', ${selfDescribingSql('unstruct_event')})`,
    expected: (sent) => {
      const data = inner(sent['ue_pr']);
      return data === null ? '' : selfDescribing(data as Json);
    },
  },
  {
    name: 'contexts',
    sql: `arrayStringConcat(arrayMap(entity -> ${selfDescribingSql('entity')}, contexts), char(30))`,
    expected: (sent) => ((inner(sent['co']) ?? []) as readonly Json[]).map(selfDescribing).join('\u001e'),
  },
];

/** Parameters that a failed event keeps as they were sent, but for addresses. */
const keptParameters = [
  ...[
    'e',
    'p',
    'tv',
    'tna',
    'aid',
    'eid',
    'dtm',
    'stm',
    'tz',
    'lang',
    'cs',
    'res',
    'vp',
    'cd',
    'cookie',
    'vid',
    'url',
  ],
  ...['page', 'se_ca', 'se_ac', 'se_la', 'se_pr', 'se_va', 'pp_mix', 'pp_max', 'pp_miy', 'pp_may'],
  ...['tr_af', 'tr_tt', 'tr_tx', 'tr_cu'],
];

/** The wrapper says in which version a stage wraps, and that is the stage's own affair. */
const WRAPPER = /^\{"schema":"[^"]*",/;
const withoutWrapper = (wrapped: string | undefined): string => (wrapped ?? '').replace(WRAPPER, '');

/** Parts of the canonical text of a failed event, over the columns of `failed_events_stored`. */
export const failedColumns: readonly CanonicalColumn[] = [
  ...keptParameters.map((key) => ({
    name: `parameters['${key}']`,
    sql: `parameters['${key}']`,
    expected: (sent: Parameters): string => maskAddresses(sent[key] ?? ''),
  })),
  ...['ue_pr', 'co'].map((key) => ({
    name: `parameters['${key}']`,
    sql: `replaceRegexpOne(parameters['${key}'], '^\\\\{"schema":"[^"]*",', '')`,
    expected: (sent: Parameters): string => withoutWrapper(maskAddressesInJson(sent[key] ?? '')),
  })),
];

const SEPARATOR = '\u001f';

/** ClickHouse's expression for the digest of canonical columns: SHA-256, lower-case hex. */
export const digestSql = (columns: readonly CanonicalColumn[]): string =>
  `lower(hex(SHA256(arrayStringConcat([${columns.map(({ sql }) => sql).join(', ')}], char(31)))))`;

/** The digest that the columns of an event must have. */
export const expectedDigest = (plan: Plan, content: number, columns: readonly CanonicalColumn[]): string =>
  digestOf(expectedParts(plan, content, columns));

/** What each of the columns of an event must hold. */
export function expectedParts(
  plan: Plan,
  content: number,
  columns: readonly CanonicalColumn[],
): readonly string[] {
  const { parameters } = plannedEvent(plan, content);
  return columns.map(({ expected }) => expected(parameters));
}

export const digestOf = (parts: readonly string[]): string => hash('sha256', parts.join(SEPARATOR), 'hex');
