import type { EnrichedEvent, Failure } from '@headwater/contracts';
import { failure } from '@headwater/stage';
import { compileSchema, type Violation } from '../resolution';
import { defineRule, NO_FAILURES } from './rule';

/** What a field must look like beyond its Avro type; a field that is not there is never misshapen. */
interface Shape {
  /** With article, for people: `a UUID`. */
  readonly expectation: string;
  readonly schema: object;
}

const text = (expectation: string, pattern: string): Shape => ({ expectation, schema: { pattern } });
const number = (expectation: string, minimum: number, maximum: number): Shape => ({
  expectation,
  schema: { minimum, maximum },
});

const uuid = text('a UUID', '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$');
const time = number('a time in the years 0 to 9999', -62_167_219_200_000, 253_402_300_799_999);
const port = number('a port, 0 to 65535', 0, 65_535);
const notNegative = number('a number that is not negative', 0, 2_147_483_647);
const money = text('a decimal number like 12.50', '^[+-]?[0-9]{1,30}(?:\\.[0-9]{1,30})?$');
const currency = text('an ISO 4217 code like EUR', '^[A-Za-z]{3}$');

/** The shapes that are checked: of the fields that a wrong value makes useless to those who compute with them. */
export const shapes: Readonly<Partial<Record<keyof EnrichedEvent, Shape>>> = {
  event_id: uuid,
  duplicate_of: uuid,
  collector_tstamp: time,
  dvce_created_tstamp: time,
  dvce_sent_tstamp: time,
  true_tstamp: time,
  derived_tstamp: time,
  refr_dvce_tstamp: time,
  event_version: text('a SchemaVer like 1-0-0', '^[1-9][0-9]*-[0-9]+-[0-9]+$'),
  geo_country: text('an ISO 3166-1 alpha-2 code like GB', '^[A-Z]{2}$'),
  payload_index: notNegative,
  domain_sessionidx: notNegative,
  page_urlport: port,
  refr_urlport: port,
  se_value: { expectation: 'a finite number', schema: { type: ['number', 'null'] } },
  tr_total: money,
  tr_tax: money,
  tr_shipping: money,
  tr_currency: currency,
  ti_price: money,
  ti_currency: currency,
  br_colordepth: notNegative,
  br_viewwidth: notNegative,
  br_viewheight: notNegative,
  dvce_screenwidth: notNegative,
  dvce_screenheight: notNegative,
  doc_width: notNegative,
  doc_height: notNegative,
};

/** One schema for the fast path, as in atomicLengths. */
const { violations } = compileSchema({
  properties: Object.fromEntries(Object.entries(shapes).map(([field, { schema }]) => [field, schema])),
});

export const atomicTypes = defineRule({
  name: 'atomicTypes',
  summary: 'Times, codes, amounts and sizes are ones that can be computed with.',
  check: (event) => {
    const found = violations(event);
    return found.length === 0 ? NO_FAILURES : found.map(misshapen);
  },
});

function misshapen({ path, value, keyword }: Violation): Failure {
  const field = path.slice(1) as keyof EnrichedEvent;
  const expectation = shapes[field]?.expectation ?? 'what is expected';
  return failure(
    'atomic_field_violation',
    `${field} is not ${expectation}. Correct it where it is tracked.`,
    { field, value, expectation, keyword, source: 'atomicTypes' },
  );
}
