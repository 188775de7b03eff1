import { SchemaRegistryUnavailable } from './registry-unavailable';
import { MAX_ASKING_MS, MAX_MISSING_IN_BATCH, SchemaResolver, type LookUpResult } from './resolver';
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

  it.each<[string, (name: string) => SchemaAnswer]>([
    ['nobody has them', () => ({ kind: 'missing' })],
    ['their registry is down', () => down],
  ])('knows schemas through whatever happens to others: %s', async (_case, answer) => {
    const { resolve, state } = setUp(schemaOf);
    await resolve(key('click'));
    state.answer = (each) => (each.name === 'click' ? schemaOf(each) : answer(each.name));
    await resolve(key('click'), key('invented')).catch(() => undefined);
    expect((await resolve(key('click'))).get(key('click'))?.kind).toBe('usable');
  });

  it('never takes an outage for an unknown schema, in whatever order they come', async () => {
    const { resolve, state } = setUp(() => ({ kind: 'missing' }));
    expect((await resolve(key('click'))).get(key('click'))?.kind).toBe('missing');
    state.now += 31_000;
    state.answer = () => down;
    await expect(resolve(key('click'))).rejects.toMatchObject({ retriable: true });
    await expect(resolve(key('click'))).rejects.toMatchObject({ retriable: true });
    state.answer = schemaOf;
    expect((await resolve(key('click'))).get(key('click'))?.kind).toBe('usable');
    state.answer = () => ({ kind: 'missing' });
    state.now += 601_000;
    expect((await resolve(key('click'))).get(key('click'))?.kind).toBe('usable');
    await settled();
    expect((await resolve(key('click'))).get(key('click'))?.kind).toBe('missing');
  });

  it('does not let invented schemas hold up the rest of a batch', async () => {
    const { resolve, asked, results, state } = setUp(schemaOf);
    await resolve(key('click'));
    state.answer = (each) => {
      state.now += MAX_ASKING_MS / MAX_MISSING_IN_BATCH;
      return each.name === 'click' ? schemaOf(each) : { kind: 'missing' };
    };
    asked.length = 0;
    const invented = Array.from({ length: 5_000 }, (_, index) => key(`invented${index}`));
    const schemas = await resolve(...invented, key('click', 1));
    expect(schemas.get(key('click', 1))?.kind).toBe('usable');
    expect(asked[0]).toBe('iglu:com.acme/click/jsonschema/1-0-1');
    expect(asked.length).toBeLessThan(MAX_MISSING_IN_BATCH + 16);
    const kinds = new Set(invented.map((each) => schemas.get(each)?.kind));
    expect(kinds).toEqual(new Set(['missing', 'not-asked']));
    expect(results.filter((result) => result === 'refused').length).toBeGreaterThan(4_900);
    // Nothing is remembered of those: they are asked for when they come again.
    const refused = invented.findLast((each) => schemas.get(each)?.kind === 'not-asked') ?? key('none');
    expect((await resolve(refused)).get(refused)?.kind).toBe('missing');
  });
});

describe('a flood of invented schemas', () => {
  const invented = Array.from({ length: 500 }, (_, index) => key(`invented${index}`));
  const source = (name: string, known: Partial<SchemaSource>): SchemaSource => ({
    name,
    priority: 0,
    vendorPrefixes: [],
    fetch: () => Promise.resolve({ kind: 'missing' }),
    ...known,
  });
  const flooded = (sources: readonly SchemaSource[], stepMs: number) => {
    let now = 0;
    return new SchemaResolver({
      sources,
      maxSchemas: 100,
      foundTtlMs: 600_000,
      missingTtlMs: 30_000,
      clock: () => (now += stepMs),
    });
  };

  it('does not hide what lies on the own disk', async () => {
    const folder = source('folder', {
      isNear: true,
      fetch: (wanted) => Promise.resolve(wanted.name === 'click' ? schemaOf(wanted) : { kind: 'missing' }),
    });
    const schemas = await flooded([folder, source('far', {})], 100).resolve([...invented, key('click')]);
    expect(schemas.get(invented[499] ?? key('none'))?.kind).toBe('not-asked');
    expect(schemas.get(key('click'))?.kind).toBe('usable');
  });

  it('is asked for to the end while that is quick', async () => {
    const schemas = await flooded([source('far', {})], 0).resolve(invented);
    expect(new Set(invented.map((each) => schemas.get(each)?.kind))).toEqual(new Set(['missing']));
  });
});

describe('a superseded schema', () => {
  const bears = (by: string): object => ({ $supersededBy: by });
  const versions = (chain: Readonly<Record<number, object>>) => (each: SchemaKey) => {
    const body = chain[each.addition];
    return body ? schemaOf(each, body) : ({ kind: 'missing' } as const);
  };

  it('is checked as the one that supersedes it', async () => {
    const { resolve } = setUp(versions({ 0: { type: 'string', ...bears('1-0-1') }, 1: { type: 'number' } }));
    const schemas = await resolve(key('click'));
    const found = schemas.get(key('click'));
    expect(found).toMatchObject({ kind: 'usable', supersededBy: key('click', 1) });
    expect(found?.kind === 'usable' && found.schema.violations(1)).toEqual([]);
    expect(schemas.anySuperseded).toBe(true);
    expect((await resolve(key('click', 1))).anySuperseded).toBe(false);
  });

  it('is followed to the last of a chain', async () => {
    const { resolve } = setUp(versions({ 0: bears('1-0-1'), 1: bears('1-0-4'), 4: {} }));
    const found = (await resolve(key('click'))).get(key('click'));
    expect(found).toMatchObject({ kind: 'usable', supersededBy: key('click', 4) });
  });

  it.each<[string, Readonly<Record<number, object>>, string]>([
    ['by itself', { 0: bears('1-0-0') }, 'not later than 1-0-0'],
    ['by one that it supersedes', { 0: bears('1-0-1'), 1: bears('1-0-0') }, 'not later than 1-0-1'],
    ['by an earlier one', { 0: bears('1-0-2'), 2: bears('1-0-1'), 1: {} }, 'not later than 1-0-2'],
    ['by one that nobody has', { 0: bears('1-0-9') }, 'click/jsonschema/1-0-9, which nobody has'],
    ['by nonsense', { 0: bears('latest') }, 'not a SchemaVer'],
    ['by no text', { 0: { $supersededBy: 2 } }, 'not a SchemaVer'],
    ['by one that cannot be used', { 0: bears('1-0-1'), 1: { type: 'nonsense' } }, 'not a valid JSON Schema'],
    [
      'by too many',
      Object.fromEntries(Array.from({ length: 40 }, (_, index) => [index, bears(`1-0-${index + 1}`)])),
      'more than 8 versions',
    ],
  ])('cannot be used when it is superseded %s', async (_case, chain, reason) => {
    const { resolve } = setUp(versions(chain));
    expect((await resolve(key('click'))).get(key('click'))).toMatchObject({
      kind: 'unusable',
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('waits for the registry when the one that supersedes it cannot be asked for', async () => {
    const { resolve, state } = setUp((each) => (each.addition === 0 ? schemaOf(each, bears('1-0-1')) : down));
    await expect(resolve(key('click'))).rejects.toBeInstanceOf(SchemaRegistryUnavailable);
    state.answer = versions({ 0: bears('1-0-1'), 1: {} });
    expect((await resolve(key('click'))).get(key('click'))?.kind).toBe('usable');
  });

  it('is noticed when a schema that is in use becomes one', async () => {
    const { resolve, state } = setUp(versions({ 0: {} }));
    expect((await resolve(key('click'))).anySuperseded).toBe(false);
    state.answer = versions({ 0: bears('1-0-1'), 1: {} });
    state.now += 601_000;
    await resolve(key('click'));
    await settled();
    await settled();
    expect((await resolve(key('click'))).anySuperseded).toBe(true);
  });
});
