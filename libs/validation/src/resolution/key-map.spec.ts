import fc from 'fast-check';
import { KeyMap } from './key-map';
import { igluUri, type SchemaKey } from './schema-key';

const keys: fc.Arbitrary<SchemaKey> = fc.record({
  vendor: fc.constantFrom('com.acme', 'com.acme.web', 'org.w3'),
  name: fc.constantFrom('click', 'view'),
  format: fc.constantFrom('jsonschema', 'avro'),
  model: fc.integer({ min: 1, max: 2 }),
  revision: fc.integer({ min: 0, max: 1 }),
  addition: fc.integer({ min: 0, max: 30 }),
});

describe('a key map', () => {
  it('is a map by Iglu URI', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(keys, fc.integer()), { maxLength: 500, size: 'max' }),
        fc.array(keys),
        (entries, asked) => {
          const model = new Map(entries.map(([key, value]) => [igluUri(key), value]));
          const map = new KeyMap<number>();
          for (const [key, value] of entries) map.set(key, value);
          expect(map.size).toBe(model.size);
          expect([...map.keys()].map(igluUri).toSorted()).toEqual([...model.keys()].toSorted());
          for (const key of asked) {
            expect(map.get(key)).toBe(model.get(igluUri(key)));
            expect(map.has(key)).toBe(model.has(igluUri(key)));
          }
        },
      ),
    );
  });
});
