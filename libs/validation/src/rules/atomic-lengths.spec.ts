import { readFileSync } from 'node:fs';
import { schemas as avroSchemas, type EnrichedEvent } from '@headwater/contracts';
import { corpora } from '@headwater/testing';
import { atomicLengths, maxLengths } from './atomic-lengths';
import { failuresOf } from './rules.fixture';

describe('atomicLengths', () => {
  it('has the limits of the canonical event, and one for every other text field', () => {
    const file = corpora('iglu-central', 'schemas/com.snowplowanalytics.snowplow/atomic/jsonschema/1-0-0');
    const canonical = JSON.parse(readFileSync(file, 'utf8')) as {
      properties: Record<string, { maxLength?: number }>;
    };
    const limits: Readonly<Record<string, number>> = maxLengths;
    const shared = Object.entries(limits).filter(
      ([field]) => canonical.properties[field]?.maxLength !== undefined,
    );
    expect(shared.length).toBeGreaterThan(55);
    for (const [field, limit] of shared)
      expect([field, limit]).toEqual([field, canonical.properties[field]?.maxLength]);

    const { fields } = avroSchemas.EnrichedEvent as { fields: readonly { name: string; type: unknown }[] };
    const texts = fields.filter(
      ({ type }) => type === 'string' || JSON.stringify(type) === '["null","string"]',
    );
    expect(Object.keys(limits).toSorted()).toEqual(texts.map(({ name }) => name).toSorted());
  });

  it.each<[string, Partial<EnrichedEvent>, boolean]>([
    ['the longest', { se_label: 'x'.repeat(4096) }, true],
    ['one character more', { se_label: 'x'.repeat(4097) }, false],
    ['characters of two units, the most', { se_category: '😀'.repeat(1000) }, true],
    ['characters of two units, one more', { se_category: '😀'.repeat(1001) }, false],
    ['a value that is not there', { se_label: null }, true],
  ])('judges %s', (_case, known, good) => {
    const failures = failuresOf([atomicLengths], known);
    if (good) expect(failures).toEqual([]);
    else expect(failures).toMatchObject([{ type: 'atomic_field_violation', source: 'atomicLengths' }]);
  });
});
