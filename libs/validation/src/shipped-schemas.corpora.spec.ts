import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { corpora, scaledRuns } from '@headwater/testing';
import * as fc from 'fast-check';
import { compileSchema } from './resolution/compile';
import { examples } from './testdata/examples';
import { change, dereferenced, nodesOf, type SchemaNode, variants } from './testdata/variants';

const root = resolve(__dirname, '../schemas');
const addresses = globSync('*/*/jsonschema/*', { cwd: root }).sort();
const schemaOf = new Map(addresses.map((address) => [address, schemaIn(root, address)]));
const oracleRoot = corpora('iglu-central', 'schemas');
const inOracle = addresses.filter((address) => existsSync(join(oracleRoot, address)));

it('repeats no text of Iglu Central', () => {
  const copied = inOracle.filter((address) => {
    const theirs = texts(oracleSchema(address));
    return texts(schemaOf.get(address)!).some((text) => theirs.includes(text));
  });
  expect(copied).toEqual([]);
});

describe('beside Iglu Central', () => {
  it('finds every schema there but those of GitLab', () => {
    expect(addresses.filter((address) => !inOracle.includes(address))).toEqual(
      addresses.filter((address) => address.startsWith('com.gitlab/')),
    );
  });

  it.each(inOracle)('%s accepts and rejects the same', (address) => {
    const verdicts = { accepted: 0, rejected: 0 };
    const disagreement = firstDisagreement(
      schemaOf.get(address)!,
      oracleSchema(address),
      address,
      (verdict) => {
        verdicts[verdict ? 'accepted' : 'rejected'] += 1;
      },
    );
    expect(disagreement).toBeNull();
    expect(verdicts.accepted).toBeGreaterThan(0);
    expect(verdicts.rejected).toBeGreaterThan(40);
  });

  it.each(inOracle)('%s accepts and rejects the same after several changes at once', (address) => {
    const ours = dereferenced(schemaOf.get(address)!);
    const theirs = dereferenced(oracleSchema(address));
    const [weAccept, theyAccept] = [accepts(ours), accepts(theirs)];
    fc.assert(
      fc.property(
        fc.constantFrom(...examples[address]!),
        fc.integer({ min: 2, max: 4 }),
        fc.array(fc.nat(), { minLength: 32, maxLength: 32 }),
        (example, changes, rolls) => {
          let at = 0;
          const roll = (sides: number) => rolls[at++ % rolls.length]! % sides;
          let instance = example;
          for (let n = 0; n < changes; n += 1) instance = change(instance, [ours, theirs], roll);
          return weAccept(instance) === theyAccept(instance);
        },
      ),
      { numRuns: scaledRuns(100) },
    );
  });

  // The comparison is only worth something if a slip in a schema shows.
  it.each<[string, string, (schema: Mutable) => void]>([
    ['a length one off', 'application/jsonschema/1-0-0', (s) => (s.properties.version!['maxLength'] = 254)],
    [
      'a limit one off',
      'client_session/jsonschema/1-0-2',
      (s) => (s.properties.sessionIndex!['maximum'] = 2 ** 31),
    ],
    ['a missing limit', 'web_vitals/jsonschema/1-0-0', (s) => delete s.properties.cls!['minimum']],
    ['a property not required', 'change_form/jsonschema/1-0-0', (s) => s.required.pop()],
    ['an option too many', 'submit_form/jsonschema/1-0-0', (s) => option(s).push('image2')],
    [
      'a null too many',
      'link_click/jsonschema/1-0-1',
      (s) => (s.properties.elementId!['type'] = ['string', 'null']),
    ],
    ['an open door', 'web_page/jsonschema/1-0-0', (s) => (s.additionalProperties = true)],
    ['no format', 'client_session/jsonschema/1-0-0', (s) => delete s.properties.sessionId!['format']],
    ['a looser pattern', 'web_page/jsonschema/1-0-0', (s) => (s.properties.id!['pattern'] = '^[a-f0-9-]+$')],
    ['no dependency', 'ad_click/jsonschema/1-0-0', (s) => delete s['dependencies']],
    ['an empty list allowed', 'contexts/jsonschema/1-0-0', (s) => delete s['minItems']],
  ])('would see %s', (_slip, name, spoil) => {
    const address = `com.snowplowanalytics.snowplow/${name}`;
    const spoiled = structuredClone(schemaOf.get(address)!) as Mutable;
    spoil(spoiled);
    expect(firstDisagreement(spoiled, oracleSchema(address), address)).not.toBeNull();
  });
});

interface Mutable extends Record<string, unknown> {
  properties: Record<string, Record<string, unknown>>;
  required: string[];
}

function schemaIn(folder: string, address: string): SchemaNode {
  return JSON.parse(readFileSync(join(folder, address), 'utf8')) as SchemaNode;
}

function oracleSchema(address: string): SchemaNode {
  return schemaIn(oracleRoot, address);
}

function accepts(schema: SchemaNode): (instance: unknown) => boolean {
  const { violations } = compileSchema(schema);
  return (instance) => violations(instance).length === 0;
}

/** The first instance on which the two schemas differ, or null; every instance's verdict is told. */
function firstDisagreement(
  one: SchemaNode,
  other: SchemaNode,
  address: string,
  tell: (verdict: boolean) => void = () => undefined,
): { instance: unknown; one: boolean; other: boolean } | null {
  const pair = [dereferenced(one), dereferenced(other)] as const;
  const [oneAccepts, otherAccepts] = [accepts(pair[0]), accepts(pair[1])];
  for (const example of examples[address]!)
    for (const instance of variants(example, pair)) {
      const verdicts = { one: oneAccepts(instance), other: otherAccepts(instance) };
      if (verdicts.one !== verdicts.other) return { instance, ...verdicts };
      tell(verdicts.one);
    }
  return null;
}

function option(schema: Mutable): string[] {
  const elements = schema.properties['elements'] as { items: Mutable };
  return elements.items.properties['type']!['enum'] as string[];
}

/** The descriptions of a schema that are longer than a name. */
function texts(schema: SchemaNode): readonly string[] {
  return [...nodesOf(schema)]
    .map((node) => node['description'])
    .filter((text): text is string => typeof text === 'string' && text.split(' ').length > 2)
    .map((text) => text.toLowerCase().replaceAll('.', ''));
}
