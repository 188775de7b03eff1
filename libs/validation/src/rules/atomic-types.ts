import type { EnrichedEvent, Failure } from '@headwater/contracts';
import { failure } from '@headwater/stage';
import { defineRule, NO_FAILURES } from './rule';

/** What a field must look like beyond its Avro type. */
interface Shape<Value> {
  readonly expectation: string;
  readonly accepts: (value: NonNullable<Value>) => boolean;
}

const matching = (expectation: string, pattern: RegExp): Shape<string | null> => ({
  expectation,
  accepts: (value) => pattern.test(value),
});

const between = (least: number, most: number, expectation: string): Shape<number | null> => ({
  expectation,
  accepts: (value) => value >= least && value <= most,
});

const uuid = matching('a UUID', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const time = between(-62_167_219_200_000, 253_402_300_799_999, 'a time in the years 0 to 9999');
const port = between(0, 65_535, 'a port, 0 to 65535');
const notNegative = between(0, 2_147_483_647, 'a number that is not negative');
const finite: Shape<number | null> = { expectation: 'a finite number', accepts: Number.isFinite };
const money = matching('a decimal number like 12.50', /^[+-]?\d{1,30}(?:\.\d{1,30})?$/);
const currency = matching('an ISO 4217 code like EUR', /^[A-Za-z]{3}$/);

type Shapes = { readonly [Field in keyof EnrichedEvent]?: Shape<EnrichedEvent[Field]> };

/** The shapes that are checked: the fields that a wrong value makes useless to those who compute with them. */
export const shapes: Shapes = {
  event_id: uuid,
  duplicate_of: uuid,
  collector_tstamp: time,
  dvce_created_tstamp: time,
  dvce_sent_tstamp: time,
  true_tstamp: time,
  derived_tstamp: time,
  refr_dvce_tstamp: time,
  event_version: matching('a SchemaVer like 1-0-0', /^[1-9]\d*-\d+-\d+$/),
  geo_country: matching('an ISO 3166-1 alpha-2 code like GB', /^[A-Z]{2}$/),
  payload_index: notNegative,
  domain_sessionidx: notNegative,
  page_urlport: port,
  refr_urlport: port,
  se_value: finite,
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

const checks = Object.entries(shapes) as readonly (readonly [keyof EnrichedEvent, Shape<unknown>])[];

export const atomicTypes = defineRule({
  name: 'atomicTypes',
  summary: 'Times, codes, amounts and sizes are ones that can be computed with.',
  check: (event) => {
    let failures = NO_FAILURES;
    for (const [field, shape] of checks) {
      const value = event[field];
      if (value !== null && !shape.accepts(value)) failures = [...failures, misshapen(field, value, shape)];
    }
    return failures;
  },
});

function misshapen(field: string, value: unknown, { expectation }: Shape<unknown>): Failure {
  return failure(
    'atomic_field_violation',
    `${field} is not ${expectation}. Correct it where it is tracked.`,
    { field, value: String(value), expectation, keyword: 'format', source: 'atomicTypes' },
  );
}
