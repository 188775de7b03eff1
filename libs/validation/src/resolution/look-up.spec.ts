import { lookUp } from './look-up';
import { SchemaRegistryUnavailable } from './registry-unavailable';
import type { SchemaKey } from './schema-key';
import type { SchemaAnswer, SchemaSource } from './schema-source';

const key: SchemaKey = {
  vendor: 'com.acme',
  name: 'click',
  format: 'jsonschema',
  model: 1,
  revision: 0,
  addition: 0,
};
const document = {
  self: { vendor: 'com.acme', name: 'click', format: 'jsonschema', version: '1-0-0' },
  type: 'object',
};

const found: SchemaAnswer = { kind: 'found', document };
const missing: SchemaAnswer = { kind: 'missing' };
const down: SchemaAnswer = { kind: 'unreachable', reason: 'did not answer within 5000 ms' };
const source = (name: string, answer: SchemaAnswer, more: Partial<SchemaSource> = {}): SchemaSource => ({
  name,
  priority: 0,
  vendorPrefixes: [],
  fetch: () => Promise.resolve(answer),
  ...more,
});

describe('lookUp', () => {
  it.each<[string, readonly SchemaAnswer[], 'found' | 'missing' | 'outage']>([
    ['the first has it', [found, down], 'found'],
    ['a later one has it', [missing, found], 'found'],
    ['one is down and another has it', [down, found], 'found'],
    ['none has it', [missing, missing], 'missing'],
    ['nobody can be asked', [], 'missing'],
    ['one is down and the others do not have it', [missing, down, missing], 'outage'],
    [
      'one answers with something else',
      [{ kind: 'found', document: { message: 'Not found' } }, missing],
      'outage',
    ],
    [
      'one answers with another version',
      [{ kind: 'found', document: { self: { ...document.self, version: '1-0-1' } } }],
      'outage',
    ],
    ['one answers with a text', [{ kind: 'found', document: 'sign in' }], 'outage'],
  ])('when %s', async (_case, answers, expected) => {
    const answer = lookUp(
      answers.map((each, index) => source(`source ${index}`, each)),
      key,
    );
    if (expected === 'outage') await expect(answer).rejects.toBeInstanceOf(SchemaRegistryUnavailable);
    else await expect(answer).resolves.toMatchObject({ kind: expected });
  });

  it('says who was asked in vain', async () => {
    await expect(lookUp([source('shipped', missing), source('central', missing)], key)).resolves.toEqual({
      kind: 'missing',
      asked: ['shipped', 'central'],
    });
  });

  it('says who did not answer, that nothing is lost, and what to do', async () => {
    const outage: unknown = await lookUp([source('central', down)], key).catch((error: unknown) => error);
    expect(outage).toMatchObject({ code: 'E_SCHEMA_REGISTRY_UNAVAILABLE', retriable: true });
    expect((outage as Error).message).toMatch(
      /iglu:com\.acme\/click.*central did not answer within 5000 ms.*no event is lost.*Check/,
    );
  });

  it('asks those that name the vendor first, then by priority, then as listed', async () => {
    const sources = [
      source('b', missing, { priority: 2 }),
      source('a', missing, { priority: 1 }),
      source('also a', missing, { priority: 1 }),
      source('own', missing, { priority: 9, vendorPrefixes: ['com.acme'] }),
      source('not ours', missing, { priority: 3, vendorPrefixes: ['com.ac'] }),
    ];
    await expect(lookUp(sources, key)).resolves.toMatchObject({
      asked: ['own', 'a', 'also a', 'b', 'not ours'],
    });
  });
});
