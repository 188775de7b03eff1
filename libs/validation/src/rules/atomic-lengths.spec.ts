import { schemas as avroSchemas, type EnrichedEvent } from '@headwater/contracts';
import { atomicLengths, maxLengths } from './atomic-lengths';
import { failuresOf } from './rules.fixture';

describe('atomicLengths', () => {
  it('has a limit for every text field', () => {
    const { fields } = avroSchemas.EnrichedEvent as { fields: readonly { name: string; type: unknown }[] };
    const texts = fields.filter(
      ({ type }) => type === 'string' || JSON.stringify(type) === '["null","string"]',
    );
    expect(Object.keys(maxLengths).toSorted()).toEqual(texts.map(({ name }) => name).toSorted());
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
