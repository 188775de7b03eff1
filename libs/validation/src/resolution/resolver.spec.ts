import { SchemaRegistryUnavailable } from './registry-unavailable';
import { SchemaResolver, type LookUpResult } from './resolver';
import { igluUri, schemaVer, type SchemaKey } from './schema-key';
import type { SchemaAnswer, SchemaSource } from './schema-source';

const key = (name: string, addition = 0): SchemaKey => ({
  vendor: 'com.acme',
  name,
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition,
});
const schemaOf = (of: SchemaKey, body: object = { type: 'object' }): SchemaAnswer => ({
  kind: 'found',
  document: {
    self: { vendor: of.vendor, name: of.name, format: of.format, version: schemaVer(of) },
    ...body,
  },
});
const down: SchemaAnswer = { kind: 'unreachable', reason: 'refused the connection' };

/** A resolver over one source whose answers the test changes, with a clock that it moves. */
function setUp(answer: (key: SchemaKey) => SchemaAnswer, maxSchemas = 100) {
  const asked: string[] = [];
  const results: LookUpResult[] = [];
  const state = { now: 1_000, answer };
  const source: SchemaSource = {
    name: 'central',
    priority: 0,
    vendorPrefixes: [],
    fetch: async (wanted) => {
      asked.push(igluUri(wanted));
      await Promise.resolve();
      return state.answer(wanted);
    },
  };
  const resolver = new SchemaResolver({
    sources: [source],
    maxSchemas,
    foundTtlMs: 600_000,
    missingTtlMs: 30_000,
    clock: () => state.now,
    onLookUp: (result) => results.push(result),
  });
  const resolve = (...keys: readonly SchemaKey[]) => resolver.resolve(keys);
  return { resolver, resolve, asked, results, state };
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('a schema resolver', () => {
  it('hands out a compiled schema for each key', async () => {
    const { resolve } = setUp((each) => schemaOf(each, { type: each.name === 'text' ? 'string' : 'object' }));
    const schemas = await resolve(key('text'), key('click'));
    const text = schemas.get(key('text'));
    expect(text?.kind === 'usable' && text.schema.violations('x')).toEqual([]);
    expect(schemas.get(key('click'))?.kind).toBe('usable');
    expect(schemas.get(key('other'))).toBeUndefined();
  });

  it('asks once for as long as the schema is fresh', async () => {
    const { resolve, asked, results, state } = setUp(schemaOf);
    await resolve(key('click'));
    state.now += 599_000;
    await resolve(key('click'));
    expect(asked).toHaveLength(1);
    expect(results).toEqual(['found', 'hit']);
  });

  it('asks once for two batches that wait for the same schema', async () => {
    const { resolve, asked } = setUp(schemaOf);
    await Promise.all([resolve(key('click')), resolve(key('click'))]);
    expect(asked).toHaveLength(1);
  });

  it('renews an old schema without keeping the batch waiting', async () => {
    const { resolve, asked, results, state } = setUp(schemaOf);
    await resolve(key('click'));
    state.now += 601_000;
    state.answer = (each) => schemaOf(each, { type: 'array' });
    const old = (await resolve(key('click'))).get(key('click'));
    expect(old?.kind === 'usable' && old.schema.violations({})).toEqual([]);
    await settled();
    const renewed = (await resolve(key('click'))).get(key('click'));
    expect(renewed?.kind === 'usable' && renewed.schema.violations([])).toEqual([]);
    expect(asked).toHaveLength(2);
    expect(results).toEqual(['found', 'stale', 'found', 'hit']);
  });

  it('keeps using a known schema through an outage of any length, and asks again now and then', async () => {
    const { resolve, asked, results, state } = setUp(schemaOf);
    await resolve(key('click'));
    state.answer = () => down;
    for (let minute = 0; minute < 60; minute += 1) {
      state.now += 60_000;
      const schemas = await resolve(key('click'));
      expect(schemas.get(key('click'))?.kind).toBe('usable');
      await settled();
    }
    expect(asked.length).toBeGreaterThan(40);
    expect(asked.length).toBeLessThan(60);
    expect(results.filter((result) => result === 'unavailable').length).toBe(asked.length - 1);
  });

  it('remembers for a while that a schema is unknown', async () => {
    const { resolve, asked, state } = setUp(() => ({ kind: 'missing' }));
    const first = await resolve(key('click'));
    expect(first.get(key('click'))).toEqual({ kind: 'missing', asked: ['central'] });
    state.now += 29_000;
    await resolve(key('click'));
    expect(asked).toHaveLength(1);
    state.now += 2_000;
    state.answer = schemaOf;
    expect((await resolve(key('click'))).get(key('click'))?.kind).toBe('usable');
  });

  it('takes an outage for an outage, and remembers nothing of it', async () => {
    const { resolve, state } = setUp(() => down);
    await expect(resolve(key('click'))).rejects.toBeInstanceOf(SchemaRegistryUnavailable);
    state.answer = schemaOf;
    await expect(resolve(key('click'))).resolves.toBeDefined();
  });

  it('stops asking for the rest of a batch once a registry is down', async () => {
    const { resolve, asked } = setUp(() => down);
    const many = Array.from({ length: 200 }, (_, index) => key(`e${index}`));
    await expect(resolve(...many)).rejects.toBeInstanceOf(SchemaRegistryUnavailable);
    expect(asked.length).toBeLessThanOrEqual(8);
  });

  it('tells a schema that cannot be used from one that is not there', async () => {
    const { resolve } = setUp((each) => schemaOf(each, { type: 'nonsense' }));
    const resolution = (await resolve(key('click'))).get(key('click'));
    expect(resolution).toMatchObject({ kind: 'unusable', source: 'central' });
  });

  it('serves a batch that names more schemas than it keeps, and invented keys push out no schema', async () => {
    const { resolver, resolve, asked, state } = setUp(schemaOf, 10);
    const many = Array.from({ length: 50 }, (_, index) => key(`e${index}`));
    const schemas = await resolve(...many);
    expect(many.filter((each) => schemas.get(each)?.kind === 'usable')).toHaveLength(50);
    expect(resolver.size).toBe(10);
    state.answer = () => ({ kind: 'missing' });
    await resolve(...Array.from({ length: 500 }, (_, index) => key(`invented${index}`)));
    const before = asked.length;
    await resolve(key('e49'));
    expect(asked).toHaveLength(before);
  });
});
