import { schemas, type EnrichedEvent } from '@headwater/contracts';

/**
 * The atomic fields that a custom enrichment may set: what describes an event. Not what names somebody, what says where
 * and when an event came from, or what keys and accounting are made of.
 */
export const settableFields = [
  'page_title',
  'refr_medium',
  'refr_source',
  'refr_term',
  'mkt_medium',
  'mkt_source',
  'mkt_term',
  'mkt_content',
  'mkt_campaign',
  'mkt_network',
  'se_category',
  'se_action',
  'se_label',
  'se_property',
  'se_value',
  'tr_affiliation',
  'ti_name',
  'ti_category',
  'br_name',
  'br_family',
  'br_version',
  'br_type',
  'br_renderengine',
  'br_lang',
  'os_name',
  'os_family',
  'os_manufacturer',
  'os_timezone',
  'dvce_type',
  'dvce_ismobile',
  'is_bot',
] as const satisfies readonly (keyof EnrichedEvent)[];

type JavaScriptType = 'string' | 'number' | 'boolean';

const types: Readonly<Record<string, JavaScriptType>> = {
  string: 'string',
  double: 'number',
  boolean: 'boolean',
};

const avroTypes = new Map(
  (
    schemas.EnrichedEvent as { readonly fields: readonly { readonly name: string; readonly type: unknown }[] }
  ).fields.map(({ name, type }) => [name, Array.isArray(type) ? (type as readonly unknown[])[1] : type]),
);

/** Each settable field with the type that the contract gives it. */
export const settableTypes: ReadonlyMap<string, JavaScriptType> = new Map(
  settableFields.map((field) => {
    const type = types[String(avroTypes.get(field))];
    if (type === undefined)
      throw new Error(`The contract gives ${field} a type that no custom enrichment can set.`);
    return [field, type];
  }),
);
