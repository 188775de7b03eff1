import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpora } from '@headwater/testing';
import { casesOf } from './cases-of.fixture';
import { badrowEquivalents } from './equivalents';
import { badrowVersions } from './row';

const family = corpora('iglu-central/schemas/com.snowplowanalytics.snowplow.badrows');
const schemas = readdirSync(family).flatMap((name) =>
  readdirSync(join(family, name, 'jsonschema')).map((version) => ({
    name,
    version,
    document: JSON.parse(readFileSync(join(family, name, 'jsonschema', version), 'utf8')) as unknown,
  })),
);

describe('every case of the badrows family is one of ours, or cannot happen', () => {
  it('knows 25 schemas', () => {
    expect(schemas).toHaveLength(25);
  });

  it.each(schemas.map(({ name, version, document }) => [name, version, document] as const))(
    '%s %s',
    (name, _version, document) => {
      const known = (badrowEquivalents[name] ?? []).map(({ shape }) => shape);
      expect(casesOf(document).filter((shape) => !known.includes(shape))).toEqual([]);
    },
  );

  it('names no case that no schema has', () => {
    const invented = Object.entries(badrowEquivalents).flatMap(([name, cases]) => {
      const real = schemas
        .filter((schema) => schema.name === name)
        .flatMap(({ document }) => casesOf(document));
      return cases.filter(({ shape }) => !real.includes(shape)).map(({ shape }) => `${name}: ${shape}`);
    });
    expect(invented).toEqual([]);
  });
});

it.each(Object.entries(badrowVersions))('writes %s in its newest version, %s', (name, version) => {
  const newest = schemas.filter((schema) => schema.name === name).map((schema) => schema.version);
  expect(newest.sort().at(-1)).toBe(version);
});
