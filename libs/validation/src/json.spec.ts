import fc from 'fast-check';
import { MAX_DEPTH, readJson } from './json';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('readJson', () => {
  it.each([
    ['the deepest that is allowed', nested(MAX_DEPTH), true],
    ['one level more', nested(MAX_DEPTH + 1), false],
    ['objects one level more', '{"a":'.repeat(MAX_DEPTH + 1) + '1' + '}'.repeat(MAX_DEPTH + 1), false],
    ['a million levels', nested(1_000_000), false],
    ['many brackets side by side', `[${Array(500).fill('{}').join(',')}]`, true],
    ['brackets in a string', JSON.stringify('['.repeat(500)), true],
    ['brackets behind an escaped quote', JSON.stringify(`"\\"${'['.repeat(500)}`), true],
    ['a text that ends too early', '{"a":', false],
    ['nothing', '', false],
  ])('reads %s: %#', (_case, text, readable) => {
    expect(readJson(text).kind).toBe(readable ? 'read' : 'unreadable');
  });

  it('says what is wrong', () => {
    expect(readJson(nested(33))).toEqual({
      kind: 'unreadable',
      reason: 'it is nested deeper than 32 levels',
    });
    expect(readJson('{')).toEqual({ kind: 'unreadable', reason: 'it is not JSON' });
  });

  it('measures the depth that a value has', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? 1 + Math.max(0, ...Object.values(value as Record<string, unknown>).map(depthOf))
        : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 40 }), fc.integer({ min: 0, max: 40 }), (value, wrap) => {
        const text = '['.repeat(wrap) + JSON.stringify(value) + ']'.repeat(wrap);
        const expected = wrap + depthOf(JSON.parse(JSON.stringify(value))) <= MAX_DEPTH;
        expect(readJson(text).kind === 'read').toBe(expected);
      }),
    );
  });
});
