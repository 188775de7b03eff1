import { readdirSync, readFileSync } from 'node:fs';
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
import { type CompiledSchema, compileSchema } from './resolution/compile';
import { examples } from './testdata/examples';
import { capturedEvents, type SelfDescribing } from './testdata/sdk-payloads';
import { nodesOf, type SchemaNode } from './testdata/variants';

const root = resolve(__dirname, '../schemas');

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

function parse(text: string): SchemaNode {
  return JSON.parse(text) as SchemaNode;
}

/** `vendor/name` of an address. */
function nameOf(address: string): string {
  return address.split('/jsonschema/')[0]!;
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
