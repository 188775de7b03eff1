import fc from 'fast-check';
import { failed, ok } from '@headwater/stage';
import { decodeBase64, readContexts, readUnstruct } from './self-describing';

const CONTEXTS = 'iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0';
const UNSTRUCT = 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0';
const click = { vendor: 'com.acme', name: 'click', format: 'jsonschema', model: 1, revision: 0, addition: 2 };
const CLICK = 'iglu:com.acme/click/jsonschema/1-0-2';
const problem = (keyword: string, path: string): unknown =>
  failed(expect.objectContaining({ type: 'schema_violation', field: 'co', keyword, path }) as never);

describe('decodeBase64', () => {
  it('reads both alphabets, with and without padding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const bytes = Buffer.from(text);
        expect(decodeBase64(bytes.toString('base64url'))).toBe(text);
        expect(decodeBase64(bytes.toString('base64'))).toBe(text);
      }),
    );
  });

  it.each([
    ['foreign characters', '{"a":1}'],
    ['a space that was a plus', Buffer.from('????>>>>').toString('base64').replaceAll('+', ' ')],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe]).toString('base64url')],
  ])('refuses %s', (_case, encoded) => {
    expect(decodeBase64(encoded)).toBeNull();
  });
});

describe('readUnstruct', () => {
  it('keeps the data exactly as it was sent', () => {
    const data = '{ "big":9007199254740993,"one":1.0, "k":1,"k":2,"10":0,"2":0,"e":"\\u00e9" }';
    const text = ` {"data":{"data":${data} ,"schema":"${CLICK}"},"schema":"${UNSTRUCT}"}\n`;
    expect(readUnstruct('ue_pr', text)).toEqual(ok({ ...click, data }));
  });

  it('takes the last of doubled members, as JSON.parse does', () => {
    const text = `{"schema":"x","schema":"${UNSTRUCT}","data":7,"data":{"schema":"${CLICK}","data":1,"data":2}}`;
    expect(readUnstruct('ue_pr', text)).toEqual(ok({ ...click, data: '2' }));
  });

  it('gives back any data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (data) => {
        const text = JSON.stringify({ schema: UNSTRUCT, data: { schema: CLICK, data } });
        expect(readUnstruct('ue_pr', text)).toEqual(ok({ ...click, data: JSON.stringify(data) }));
      }),
    );
  });
});

describe('readContexts', () => {
  const wrap = (data: unknown, schema = CONTEXTS): string => JSON.stringify({ schema, data });

  it.each([CONTEXTS, CONTEXTS.replace('1-0-0', '1-0-1')])('reads all contexts in %s', (schema) => {
    const entities = [
      { schema: CLICK, data: { a: 1 } },
      { schema: CLICK, data: { a: 2 } },
    ];
    expect(readContexts('co', wrap(entities, schema))).toEqual(
      ok([
        { ...click, data: '{"a":1}' },
        { ...click, data: '{"a":2}' },
      ]),
    );
  });

  it('reads an empty list', () => {
    expect(readContexts('co', wrap([]))).toEqual(ok([]));
  });

  it.each([
    ['text that was not base64', null, 'NotJson', ''],
    ['text that is no JSON', '{"schema":', 'NotJson', ''],
    ['text behind the JSON', `${wrap([])} x`, 'NotJson', ''],
    ['a list', '[]', 'NotIglu', ''],
    ['a missing schema', '{"data":[]}', 'NotIglu', ''],
    ['a schema that is no text', '{"schema":1,"data":[]}', 'NotIglu', ''],
    ['missing data', JSON.stringify({ schema: CONTEXTS }), 'NotIglu', ''],
    ['a schema that is no Iglu URI', wrap([], 'contexts'), 'NotIglu', '/schema'],
    ['the schema of an event', wrap([], UNSTRUCT), 'CriterionMismatch', '/schema'],
    [
      'a wrapper of another model',
      wrap([], CONTEXTS.replace('1-0-0', '2-0-0')),
      'CriterionMismatch',
      '/schema',
    ],
    ['data that is no list', wrap({ schema: CLICK, data: {} }), 'NotIglu', '/data'],
    ['a context that is no object', wrap(['x']), 'NotIglu', '/data/0'],
    ['a context without data', wrap([{ schema: CLICK }]), 'NotIglu', '/data/0'],
    ['a context without an Iglu URI', wrap([{ schema: 'click', data: {} }]), 'NotIglu', '/data/0/schema'],
  ])('refuses %s', (_case, text, keyword, path) => {
    expect(readContexts('co', text)).toEqual(problem(keyword, path));
  });

  it('reports the problems of all contexts', () => {
    const outcome = readContexts('co', wrap([{ schema: CLICK, data: 1 }, 'x', { schema: 'y', data: 1 }]));
    expect(outcome.kind === 'failed' && outcome.failures.map(({ path }) => path)).toEqual([
      '/data/1',
      '/data/2/schema',
    ]);
  });

  it.each([
    ['nested too deeply', `${'['.repeat(100)}${']'.repeat(100)}`, /too deeply/],
    ['in too many parts', JSON.stringify(new Array(20_000).fill(0)), /too many parts/],
  ])('refuses data %s', (_case, data, message) => {
    const text = `{"schema":"${CONTEXTS}","data":[{"schema":"${CLICK}","data":${data}}]}`;
    expect(readContexts('co', text)).toEqual(
      failed(
        expect.objectContaining({
          type: 'tracker_protocol_violation',
          field: 'co',
          message: expect.stringMatching(message) as string,
        }) as never,
      ),
    );
  });

  it('never throws, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) =>
        ['ok', 'failed'].includes(readContexts('co', text).kind),
      ),
    );
  });
});
