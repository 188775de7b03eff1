import { runInNewContext } from 'node:vm';
import { compileSchema } from './compile';
import { LIMITS } from './tidy';

const nested = (levels: number): object => (levels <= 1 ? {} : { not: nested(levels - 1) });
const withProperties = (count: number): object => ({
  properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])),
});
const chained = (count: number): object => ({
  definitions: { end: { type: 'object' } },
  allOf: Array.from({ length: count }, () => ({ $ref: '#/definitions/end' })),
});
const patterned = (count: number): object => ({
  patternProperties: { '^x': {} },
  allOf: Array.from({ length: count - 1 }, (_, index) => ({ pattern: `^(a+)+${index}(x|y)*$` })),
});
/** Runs something synchronous and ends it when it takes too long. */
const inTime = <T>(run: () => T): T => runInNewContext('run()', { run }, { timeout: 5_000 }) as T;

describe('a schema document', () => {
  it.each<[string, (size: number) => object, number]>([
    ['levels of nesting', nested, LIMITS.depth],
    ['objects and arrays', (size) => withProperties(size - 2), LIMITS.nodes],
    ['references', chained, LIMITS.references],
    ['patterns', patterned, LIMITS.patterns],
    [
      'characters of names and texts',
      (size) => ({ description: 'x'.repeat(size - 'description'.length) }),
      LIMITS.textLength,
    ],
  ])('may have just the limit of %s, and compiles soon', (what, documentOf, limit) => {
    expect(inTime(() => compileSchema(documentOf(limit)).violations({}).length)).toBeLessThanOrEqual(1);
    expect(() => compileSchema(documentOf(limit + 1))).toThrow(`it has more than ${limit} ${what}`);
  });

  it.each<[string, object]>([
    ['a pattern that looks around in vain', { pattern: '^(?=(a+)+$)' }],
    ['a name pattern that refers back', { patternProperties: { '^(a+)+\\1$': { type: 'null' } } }],
    ['a pattern that is too long', { pattern: 'a'.repeat(2_001) }],
    ['a pattern that repeats too much', { pattern: '((a{100}){100}){100}' }],
  ])('is refused for %s', (_case, document) => {
    expect(() => compileSchema(document)).toThrow('is refused');
  });

  it('may refer to itself, as a tree does', () => {
    const { violations } = compileSchema({
      type: 'object',
      properties: { id: { type: 'integer' }, child: { $ref: '#' } },
    });
    expect(violations({ id: 1, child: { id: 2, child: { id: 3 } } })).toEqual([]);
    expect(violations({ child: { child: { id: 'x' } } })).toMatchObject([{ path: '/child/child/id' }]);
  });
});

describe('data that takes too much work to check', () => {
  const doubling = (levels: number) => ({
    definitions: Object.fromEntries(
      Array.from({ length: levels }, (_, level) => [
        `d${level}`,
        level === levels - 1
          ? { type: 'string' }
          : { anyOf: [{ $ref: `#/definitions/d${level + 1}` }, { $ref: `#/definitions/d${level + 1}` }] },
      ]),
    ),
    $ref: '#/definitions/d0',
  });

  const tree = {
    definitions: {
      node: {
        anyOf: [
          { properties: { child: { $ref: '#/definitions/node' } }, required: ['no'] },
          { properties: { child: { $ref: '#/definitions/node' } }, required: ['neither'] },
        ],
      },
    },
    allOf: [{ $ref: '#/definitions/node' }],
  };
  const deep = (levels: number): object => (levels === 0 ? {} : { child: deep(levels - 1) });

  it.each<[string, object, unknown]>([
    [
      'references that double at each step',
      { allOf: [doubling(40)], definitions: doubling(40).definitions },
      1,
    ],
    ['a tree that is walked twice at each level', tree, deep(31)],
    [
      'a schema that refers to itself and nothing else',
      { definitions: { a: { allOf: [{ $ref: '#/definitions/a' }] } }, allOf: [{ $ref: '#/definitions/a' }] },
      {},
    ],
    ['a pattern with a text made for it', { pattern: '^(a+)+$' }, 'a'.repeat(50_000_000)],
    ['a URL made for the expression of its format', { format: 'url' }, `http://${':'.repeat(1_000_000)}`],
    [
      'names of properties made for a pattern',
      { patternProperties: { '^(?!x).*a.*a.*b$': { type: 'null' } } },
      { ['a'.repeat(100_000)]: 1 },
    ],
  ])('is a violation: %s', (_case, schema, data) => {
    expect(inTime(() => compileSchema(schema).violations(data))).toEqual([
      expect.objectContaining({ keyword: 'budget', path: '' }),
    ]);
  });

  it('leaves the next data unharmed', () => {
    const { violations } = compileSchema(tree);
    expect(violations(deep(31))).toMatchObject([{ keyword: 'budget' }]);
    expect(violations(deep(3)).map(({ keyword }) => keyword)).not.toContain('budget');
  });
});
