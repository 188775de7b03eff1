import type { EnrichedEvent } from '@headwater/contracts';
import { atomicTypes, shapes } from './atomic-types';
import { failuresOf } from './rules.fixture';

describe('atomicTypes', () => {
  it.each<[keyof EnrichedEvent, unknown, boolean]>([
    ['event_id', 'not a uuid', false],
    ['event_id', '6F1D9C1E-52A5-4D1C-8F0E-2F7B8F0C9A10', false],
    ['geo_country', 'GB', true],
    ['geo_country', 'gb', false],
    ['geo_country', 'G', false],
    ['tr_currency', 'EUR', true],
    ['tr_currency', 'eur', true],
    ['ti_currency', 'EU', false],
    ['tr_total', '-12.50', true],
    ['tr_total', '12,50', false],
    ['tr_tax', '1e5', false],
    ['ti_price', '9'.repeat(31), false],
    ['se_value', -1.5, true],
    ['se_value', Infinity, false],
    ['se_value', NaN, false],
    ['page_urlport', 65_535, true],
    ['page_urlport', 65_536, false],
    ['refr_urlport', -1, false],
    ['dvce_created_tstamp', -62_167_219_200_000, true],
    ['dvce_created_tstamp', -62_167_219_200_001, false],
    ['true_tstamp', 253_402_300_799_999, true],
    ['true_tstamp', 253_402_300_800_000, false],
    ['br_viewwidth', -1, false],
    ['pp_yoffset_min', -40, true],
    ['event_version', '1-0-0', true],
    ['event_version', '0-1-0', false],
    ['event_version', '1.0.0', false],
  ])('judges %s = %p: %s', (field, value, good) => {
    const failures = failuresOf([atomicTypes], { [field]: value });
    if (good) expect(failures).toEqual([]);
    else
      expect(failures).toContainEqual(
        expect.objectContaining({
          type: 'atomic_field_violation',
          source: 'atomicTypes',
          field,
          value: String(value),
        }),
      );
  });

  it('says of each field what it expects', () => {
    for (const shape of Object.values(shapes)) expect(shape.expectation).toMatch(/^an? /);
  });
});
