import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
  buildAdClick,
  buildAdConversion,
  buildAdImpression,
  buildAddToCart,
  buildConsentGranted,
  buildConsentWithdrawn,
  buildFormFocusOrChange,
  buildFormSubmission,
  buildLinkClick,
  buildRemoveFromCart,
  buildScreenView,
  buildSiteSearch,
  buildSocialInteraction,
  type PayloadBuilder,
} from '@snowplow/node-tracker';
import Ajv from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { corpora, scaledRuns } from '@headwater/testing';
import { type CompiledSchema, compileSchema } from './resolution/compile';
import { examples } from './testdata/examples';
import { capturedEvents, type SelfDescribing } from './testdata/sdk-payloads';
import { change, dereferenced, type SchemaNode, variants } from './testdata/variants';

const root = resolve(__dirname, '../schemas');
const oracleRoot = corpora('iglu-central', 'schemas');

interface Shipped {
  /** `vendor/name/jsonschema/M-R-A` */
  readonly address: string;
  readonly schema: SchemaNode;
}

const shipped: readonly Shipped[] = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name !== 'README.md')
  .map((entry) => join(entry.parentPath, entry.name))
  .map((file) => ({ address: relative(root, file), schema: parse(readFileSync(file, 'utf8')) }))
  .sort((a, b) => (a.address < b.address ? -1 : 1));

const addresses = shipped.map(({ address }) => address);
const schemaOf = new Map(shipped.map(({ address, schema }) => [address, schema]));
const compiled = new Map<string, CompiledSchema>();

const inOracle = addresses.filter((address) => existsSync(join(oracleRoot, address)));

describe('every shipped schema', () => {
  it.each(addresses)('%s says of itself what its path says', (address) => {
    const [vendor, name, format, version] = address.split('/');
    expect(schemaOf.get(address)).toMatchObject({
      $schema: 'http://iglucentral.com/schemas/com.snowplowanalytics.self-desc/schema/jsonschema/1-0-0#',
      self: { vendor, name, format: 'jsonschema', version },
      description: expect.stringMatching(/\S{2,}/) as string,
    });
    expect(format).toBe('jsonschema');
    expect(version).toMatch(/^[1-9]\d*-\d+-\d+$/);
  });

  it.each(addresses)('%s compiles in strict mode, without a key that nobody knows', (address) => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true });
    addFormats(ajv);
    ajv.addVocabulary(['self', 'headwater:identifying', 'headwater:url']);
    // ajv knows the self-describing meta-schema under draft 4's name only.
    const entries = Object.entries(schemaOf.get(address)!).filter(([key]) => key !== '$schema');
    expect(() => ajv.compile(Object.fromEntries(entries))).not.toThrow();
  });

  it.each(addresses)('%s accepts its examples, and they carry each property it declares', (address) => {
    const instances = examples[address] ?? [];
    expect(instances.map((instance) => problems(address, instance))).toEqual(instances.map(() => []));
    const used = new Set(instances.flatMap((instance) => pathsOf(instance)));
    expect(declared(schemaOf.get(address)!).filter((path) => !used.has(path))).toEqual([]);
  });

  it('has examples, and only shipped schemas have', () => {
    expect(Object.keys(examples).sort()).toEqual([...addresses]);
  });

  it('repeats no text of Iglu Central', () => {
    const copied = inOracle.filter((address) => {
      const theirs = texts(oracleSchema(address));
      return texts(schemaOf.get(address)!).some((text) => theirs.includes(text));
    });
    expect(copied).toEqual([]);
  });
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

describe('what the trackers send', () => {
  it.each(capturedEvents.map((captured) => [captured.sender, captured.call, captured] as const))(
    '%s, %s, is accepted',
    (_sender, _call, { params, event, contexts }) => {
      const row = {
        ...params,
        ...(event && { ue_pr: JSON.stringify(event) }),
        ...(contexts && { co: JSON.stringify(contexts) }),
      };
      expect(problems('com.snowplowanalytics.snowplow/payload_data/jsonschema/1-0-4', [row])).toEqual([]);
      if (event) {
        expect(problems('com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0', event)).toEqual([]);
        expect(problemsOf(event)).toEqual([]);
      }
      if (contexts) expect([contexts, ...contexts.data].flatMap(problemsOf)).toEqual([]);
    },
  );

  const address = 'https://shop.example/';
  const cart = {
    sku: 'sku-1',
    name: 'Book',
    category: 'books',
    unitPrice: 9.5,
    quantity: 2,
    currency: 'EUR',
  };
  const advertisement = { impressionId: 'i', zoneId: 'z', bannerId: 'b', campaignId: 'c', advertiserId: 'a' };
  const cost = { costModel: 'cpc' as const, cost: 0.25 };
  const element = { formId: 'f', elementId: 'e', nodeName: 'INPUT', type: 'text', value: 'v' };
  const consent = { id: 'd', version: '1', name: 'n', description: 'd' };
  it.each<[string, PayloadBuilder]>([
    [
      'a link click',
      buildLinkClick({
        targetUrl: address,
        elementId: 'i',
        elementClasses: ['c'],
        elementTarget: '_self',
        elementContent: 'x',
      }),
    ],
    ['a screen view', buildScreenView({ name: 'n', id: 'i' })],
    ['a social interaction', buildSocialInteraction({ action: 'a', network: 'n', target: 't' })],
    [
      'a search',
      buildSiteSearch({ terms: ['a'], filters: { b: 'c', d: true }, totalResults: 3, pageResults: 2 }),
    ],
    ['a product into the cart', buildAddToCart(cart)],
    ['a product out of the cart', buildRemoveFromCart(cart)],
    ['an advertisement shown', buildAdImpression({ ...advertisement, ...cost, targetUrl: address })],
    [
      'an advertisement clicked',
      buildAdClick({ ...advertisement, ...cost, targetUrl: address, clickId: 'k' }),
    ],
    [
      'an advertisement that led to something',
      buildAdConversion({
        ...cost,
        conversionId: 'v',
        category: 'c',
        action: 'a',
        property: 'p',
        initialValue: 1,
        advertiserId: 'a',
        campaignId: 'c',
      }),
    ],
    [
      'a form element that changed',
      buildFormFocusOrChange({ ...element, schema: 'change_form', elementClasses: ['c'] }),
    ],
    [
      'a form element in focus',
      buildFormFocusOrChange({ ...element, schema: 'focus_form', elementClasses: null }),
    ],
    [
      'a form submitted',
      buildFormSubmission({
        formId: 'f',
        formClasses: ['c'],
        elements: [{ name: 'n', value: null, nodeName: 'INPUT', type: 'password' }],
      }),
    ],
    ['a consent', buildConsentGranted({ ...consent, expiry: '2027-01-31T00:00:00.000Z' }).event],
    ['a consent withdrawn', buildConsentWithdrawn({ ...consent, all: false }).event],
  ])('@snowplow/node-tracker, %s, is accepted', (_what, builder) => {
    const envelopes = builder.getJson().map(({ json }) => json as unknown as SelfDescribing);
    expect(envelopes).toHaveLength(1);
    const [envelope] = envelopes as [SelfDescribing];
    expect([envelope, envelope.data as SelfDescribing].flatMap(problemsOf)).toEqual([]);
  });

  it('@snowplow/node-tracker, the document of a consent, is accepted', () => {
    const { context } = buildConsentGranted({ ...consent, expiry: '2027-01-31T00:00:00.000Z' });
    expect(context.flatMap((one) => problemsOf(one as SelfDescribing))).toEqual([]);
  });
});

describe('what identifies a person', () => {
  it('is marked on single values only', () => {
    const marked = shipped.flatMap(({ schema }) => [...nodesOf(schema)].filter(isMarked));
    expect(marked.filter((node) => 'properties' in node || 'items' in node)).toEqual([]);
    expect(new Set(marked.map((node) => node['headwater:identifying']))).toEqual(new Set([true]));
  });

  // The validator comes after the enricher: what replaced the person must fit where the person stood.
  it.each(addresses)(
    '%s accepts a pseudonym in the form of a UUID wherever it marks a property',
    (address) => {
      const schema = schemaOf.get(address)!;
      const paths = new Set(identifying(schema));
      for (const example of examples[address]!)
        expect(problems(address, pseudonymised(example, paths))).toEqual([]);
    },
  );

  it('leaves no shipped schema with a place for the visitor to be found finer than a country', () => {
    const finer = /(^|_)(ip|ipaddress|latitude|longitude|geo|region|city|zip|isp)($|_)/i;
    const named = shipped.flatMap(({ address, schema }) =>
      declaredNodes(schema)
        .filter(([path, node]) => finer.test(path.split('.').at(-1)!.replace('[]', '')) && !isMarked(node))
        .map(([path]) => `${address} ${path}`),
    );
    expect(named).toEqual([]);
  });
});

describe('the table in schemas/README.md', () => {
  const rows = readFileSync(join(root, 'README.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name, versions, marks, facts]) => ({ name: unquote(name), versions, marks, facts }));

  it('lists every schema with its versions and what identifies a person in it', () => {
    const names = [...new Set(addresses.map(nameOf))];
    const expected = names.map((name) => {
      const group = shipped.filter(({ address }) => nameOf(address) === name);
      const marks = new Set(group.flatMap(({ schema }) => identifying(schema)));
      return {
        name,
        versions: inOrder(group.map(({ address }) => address.split('/').at(-1)!)).join(', '),
        marks: [...marks].map((path) => `\`${path}\``).join(', '),
      };
    });
    expect(rows.map(({ name, versions, marks }) => ({ name, versions, marks }))).toEqual(expected);
  });

  it('says for each where the facts are from', () => {
    expect(rows.filter(({ facts }) => (facts ?? '').length < 10)).toEqual([]);
  });
});

interface Mutable extends Record<string, unknown> {
  properties: Record<string, Record<string, unknown>>;
  required: string[];
}

/** `vendor/name` of an address. */
function nameOf(address: string): string {
  return address.split('/jsonschema/')[0]!;
}

function parse(text: string): SchemaNode {
  return JSON.parse(text) as SchemaNode;
}

function oracleSchema(address: string): SchemaNode {
  return parse(readFileSync(join(oracleRoot, address), 'utf8'));
}

function accepts(schema: SchemaNode): (instance: unknown) => boolean {
  const { violations } = compileSchema(schema);
  return (instance) => violations(instance).length === 0;
}

function problems(address: string, instance: unknown): readonly string[] {
  const schema = schemaOf.get(address);
  if (!schema) throw new Error(`No schema ${address} is shipped. Add libs/validation/schemas/${address}.`);
  const { violations } = compiled.get(address) ?? compileSchema(schema);
  compiled.set(address, { violations });
  return violations(instance).map(({ path, expectation }) => `${path} should be ${expectation}`);
}

function problemsOf({ schema, data }: SelfDescribing): readonly string[] {
  return problems(schema.replace('iglu:', ''), data);
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

/** Every object and array of the schema. */
function* nodesOf(node: unknown): Generator<SchemaNode> {
  if (typeof node !== 'object' || node === null) return;
  yield node as SchemaNode;
  for (const child of Object.values(node)) yield* nodesOf(child);
}

const isMarked = (node: SchemaNode) => node['headwater:identifying'] !== undefined;

/** The properties of a schema with their paths: `elements[].value`; the items of a list at the root are `[]`. */
function declaredNodes(schema: SchemaNode, path = ''): readonly (readonly [string, SchemaNode])[] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, SchemaNode>);
  const items = schema['items'] as SchemaNode | undefined;
  return [
    ...properties.flatMap(([name, node]) => {
      const at = path === '' ? name : `${path}.${name}`;
      return [[at, node] as const, ...declaredNodes(node, at)];
    }),
    ...(items ? declaredNodes(items, `${path}[]`) : []),
  ];
}

const declared = (schema: SchemaNode) => declaredNodes(schema).map(([path]) => path);

const identifying = (schema: SchemaNode) =>
  declaredNodes(schema)
    .filter(([, node]) => isMarked(node))
    .map(([path]) => path);

/** The paths of an instance, written as those of a schema. */
function pathsOf(instance: unknown, path = ''): readonly string[] {
  if (Array.isArray(instance)) return instance.flatMap((item) => pathsOf(item, `${path}[]`));
  if (typeof instance !== 'object' || instance === null) return [];
  return Object.entries(instance).flatMap(([name, value]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [at, ...pathsOf(value, at)];
  });
}

/** The form of the enricher's pseudonyms: a UUID for a UUID and for the 16 digits of an old device, else 32 digits. */
function pseudonymOf(value: string): string {
  return /^([0-9a-f]{16}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.test(value)
    ? 'c2ad5e1f-90b3-8d47-a6e8-1b5f30729c4e'
    : 'c2ad5e1f90b38d47a6e81b5f30729c4e';
}

function pseudonymised(instance: unknown, paths: ReadonlySet<string>, path = ''): unknown {
  if (paths.has(path) && (typeof instance === 'string' || typeof instance === 'number'))
    return pseudonymOf(String(instance));
  if (Array.isArray(instance)) return instance.map((item) => pseudonymised(item, paths, `${path}[]`));
  if (typeof instance !== 'object' || instance === null) return instance;
  return Object.fromEntries(
    Object.entries(instance).map(([name, value]) => [
      name,
      pseudonymised(value, paths, path === '' ? name : `${path}.${name}`),
    ]),
  );
}

/** The descriptions of a schema that are longer than a name. */
function texts(schema: SchemaNode): readonly string[] {
  return [...nodesOf(schema)]
    .map((node) => node['description'])
    .filter((text): text is string => typeof text === 'string' && text.split(' ').length > 2)
    .map((text) => text.toLowerCase().replaceAll('.', ''));
}

function inOrder(versions: readonly string[]): readonly string[] {
  const numbers = (version: string) => version.split('-').map(Number);
  return [...versions].sort((a, b) => {
    const [left, right] = [numbers(a), numbers(b)];
    return left.map((n, i) => n - right[i]!).find((difference) => difference !== 0) ?? 0;
  });
}

function unquote(cell = ''): string {
  return cell.replaceAll('`', '');
}
