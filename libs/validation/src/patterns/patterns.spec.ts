import { runInNewContext } from 'node:vm';
import { scaledRuns } from '@headwater/testing';
import * as fc from 'fast-check';
import { automatonOf } from './automaton';
import { mostSteps } from './cost';
import { boundedPattern, Meter, OverBudget } from '.';
import { MAX_GROUPS_DEEP, parsePattern, type Node } from './parse';

const PLENTY = 50_000_000;
const metered = (steps = PLENTY): Meter => {
  const meter = new Meter();
  meter.allow(steps);
  return meter;
};
const nodeOf = (source: string, flags = 'u') => parsePattern(source, flags.includes('u'));
/** The verdict of the automaton, whatever the length of the text. */
const slowly = (source: string, text: string, flags = 'u') =>
  automatonOf(nodeOf(source, flags), flags)?.test(text, metered());

/** Runs something synchronous and ends it when it takes too long: a deadline that no loop escapes. */
const inTime = <T>(run: () => T, deadlineMs = 5_000): T =>
  runInNewContext('run()', { run }, { timeout: deadlineMs }) as T;

const leaf = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '^', '$', '\\b', '\\B', '\\w', '1', '😀');
/** Patterns of few letters and all constructs that an automaton knows. */
const { pattern: patterns } = fc.letrec<{ pattern: string; one: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie('one'), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((options) => options.map((parts) => parts.join('')).join('|')),
  one: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('pattern'), fc.constantFrom('', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
      .map(([part, sign]) => `(?:${part})${sign}`),
    fc
      .tuple(fc.constantFrom('a', 'b', '.', '[ab]', '1'), fc.constantFrom('*', '+', '?', '{2,3}', '*?'))
      .map((parts) => parts.join('')),
  ),
}));
const texts = fc
  .array(fc.constantFrom('a', 'b', '1', ' ', '😀', '\n'), { maxLength: 12 })
  .map((all) => all.join(''));

/** A backtracking engine as the textbooks have it, which counts its steps. */
class Backtracking {
  steps = 0;

  constructor(private readonly text: string) {}

  test(pattern: Node): boolean {
    for (
      let start = 0;
      start <= this.text.length;
      start += (this.text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1
    )
      if (this.match(pattern, start, () => true)) return true;
    return false;
  }

  private match(node: Node, at: number, then: (at: number) => boolean): boolean {
    const { text } = this;
    switch (node.kind) {
      case 'character': {
        this.steps += 1;
        const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
        return (
          at < text.length &&
          new RegExp(`^(?:${node.source})$`, 'u').test(character) &&
          then(at + character.length)
        );
      }
      case 'place': {
        this.steps += 1;
        const isWord = (place: number): boolean => /^\w$/.test(text[place] ?? '');
        const edge = isWord(at - 1) !== isWord(at);
        const holds = { '^': at === 0, $: at === text.length, '\\b': edge, '\\B': !edge };
        return holds[node.at] && then(at);
      }
      case 'sequence':
        return this.sequence(node.parts, at, then);
      case 'choice':
        return node.options.some((option) => this.match(option, at, then));
      case 'repeat':
        return this.repeat(node, 0, at, then);
      default:
        throw new Error('Not for this engine.');
    }
  }

  private sequence(parts: readonly Node[], at: number, then: (at: number) => boolean): boolean {
    const [first, ...rest] = parts;
    if (!first) return then(at);
    return this.match(first, at, (next) => this.sequence(rest, next, then));
  }

  private repeat(
    node: Extract<Node, { kind: 'repeat' }>,
    round: number,
    at: number,
    then: (at: number) => boolean,
  ): boolean {
    const again = (): boolean =>
      round < node.most &&
      this.match(node.part, at, (next) =>
        next === at && round >= node.least ? false : this.repeat(node, round + 1, next, then),
      );
    return again() || (round >= node.least && then(at));
  }
}

const constructs: readonly (readonly [string, string, readonly string[]])[] = [
  ['letters', 'abc', ['abc', 'xabcx', 'ab']],
  ['any character', '^a.c$', ['abc', 'a\nc', 'a😀c', 'a\u2028c', 'ac']],
  ['a class', '^[a-c\\]x]+$', ['abcx]', 'd', '']],
  ['a class turned round', '^[^a-c]+$', ['xyz', 'a', '😀']],
  ['an empty class and its opposite', '[]|x[^]y', ['', 'x\ny', 'xy']],
  ['spaces and digits', '^\\s\\d\\S\\D$', [' 1xx', '\u00a01xx', '1111', '\ufeff1xx']],
  ['words', '\\bfoo\\b', ['a foo b', 'foobar', 'foo']],
  ['no edge of a word', '\\Boo\\B', ['foob', 'oo', 'foo']],
  ['a hexadecimal escape', '^\\x41\\u0042\\u{43}$', ['ABC', 'abc']],
  ['a pair of escapes', '^\\ud83d\\ude00$', ['😀', 'x']],
  ['a control character', '^\\cJ\\t\\n\\0$', ['\n\t\n\0', 'J']],
  ['a property of Unicode', '^\\p{L}\\P{L}$', ['é1', '1é']],
  ['a dash at the end', '^[a-z0-9-_.]+$', ['a-b_c.d', 'a b']],
  ['escaped signs', '^\\^\\$\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/\\\\$', ['^$.*+?()[]{}|/\\', 'x']],
  ['choices', '^(?:a|bc|)$', ['a', 'bc', '', 'b']],
  ['a group with a name', '^(?<year>\\d{4})-(\\d\\d)$', ['2026-11', '2026-1']],
  ['stars', '^a*b+c?$', ['b', 'aaabbb', 'aabbcc']],
  ['lazy stars', '^a*?b+?c??$', ['b', 'aaabbb', 'aabbcc']],
  ['counts', '^a{2}b{1,}c{0,2}$', ['aab', 'aabbbcc', 'abcc', 'aabccc']],
  ['nothing', '', ['', 'x']],
  ['a place in the middle', 'a^b|c$', ['c', 'ab', 'cx']],
];

/** V8 looks for a start also in the middle of a pair of surrogates; ECMA-262, 22.2.7.2, does not. */
const areJudgedAlike = (source: string, given: string): boolean =>
  !(source.includes('\\B') && given.includes('😀'));

describe('an automaton', () => {
  it.each(constructs)('knows %s', (_case, source, texts) => {
    for (const text of texts)
      expect([text, slowly(source, text)]).toEqual([text, new RegExp(source, 'u').test(text)]);
  });

  it.each([
    ['a brace that stands for itself', '^a{b}{,2}]$', ['a{b}{,2}]', 'ab']],
    ['a dash that is escaped', '^[\\w\\-]\\-\\_$', ['a-_', '--_', 'a_']],
    ['half a character', '^\\ud83d', ['😀', 'x']],
    ['an escape without meaning', '^\\u{3}\\c\\q$', ['uuu\\cq', 'x']],
  ])('knows %s where Unicode mode would not have it', (_case, source, texts) => {
    for (const text of texts)
      expect([text, slowly(source, text, '')]).toEqual([text, new RegExp(source).test(text)]);
  });

  it('ignores case like the engine', () => {
    expect(slowly('^[a-z]k$', 'XK', 'i')).toBe(true);
    expect(slowly('^\\u212a$', 'k', 'iu')).toBe(new RegExp('^\\u212a$', 'iu').test('k'));
  });

  it('answers as the engine does, whatever the pattern and the text', () => {
    let compared = 0;
    fc.assert(
      fc.property(patterns, texts, (source, given) => {
        fc.pre(areJudgedAlike(source, given));
        fc.pre(mostSteps({ pattern: nodeOf(source), flags: 'u' }, given.length) < 1_000_000);
        const verdict = slowly(source, given);
        fc.pre(verdict !== undefined);
        compared += 1;
        expect(verdict).toBe(new RegExp(source, 'u').test(given));
        expect(boundedPattern(source, 'u', metered()).test(given)).toBe(new RegExp(source, 'u').test(given));
      }),
      { numRuns: scaledRuns(3_000) },
    );
    expect(compared).toBeGreaterThan(1_000);
  });
});

describe('the bound of a backtracking engine', () => {
  it('is never exceeded by one', () => {
    let compared = 0;
    fc.assert(
      fc.property(patterns, texts, (source, given) => {
        fc.pre(areJudgedAlike(source, given));
        const pattern = nodeOf(source);
        const bound = mostSteps({ pattern, flags: 'u' }, given.length);
        fc.pre(bound < 200_000);
        compared += 1;
        const engine = new Backtracking(given);
        expect(engine.test(pattern)).toBe(new RegExp(source, 'u').test(given));
        expect(engine.steps).toBeLessThanOrEqual(bound);
      }),
      { numRuns: scaledRuns(3_000) },
    );
    expect(compared).toBeGreaterThan(1_000);
  });

  it.each([
    '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$',
    '^iglu:[a-zA-Z0-9-_.]+/[a-zA-Z0-9-_]+/[1-9]+-[0-9]+-[0-9]+$',
    '^[a-z]+@[a-z.]+$',
    '^[A-Z]{2}\\d+$',
  ])('is near-linear for %s', (source) => {
    const pattern = parsePattern(source, false);
    expect(mostSteps({ pattern, flags: '' }, 100_000)).toBeLessThan(100 * 100_000);
  });
});

/** Patterns that keep a backtracking engine busy, with a text for each; most are from advisories of the last ten years. */
const hostile: readonly (readonly [string, (times: number) => string])[] = [
  ['^(a+)+$', (times) => `${'a'.repeat(times)}!`],
  ['^(a|a)*$', (times) => `${'a'.repeat(times)}!`],
  ['^(a|aa)+$', (times) => `${'a'.repeat(times)}!`],
  ['^([a-zA-Z]+)*$', (times) => `${'a'.repeat(times)}1`],
  ['(x+x+)+y', (times) => 'x'.repeat(times)],
  ['^(.*a){20}$', (times) => `${'a'.repeat(times)}!`],
  ['^(?:a?){30}a{30}$', (times) => 'a'.repeat(Math.min(times, 29))],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', (times) => 'a'.repeat(times)],
  ['^\\d+\\d+\\d+\\d+$', (times) => `${'1'.repeat(times)}x`],
  ['\\s+$', (times) => `${' '.repeat(times)}x`],
  ['^\\s*(\\S+\\s*)*;$', (times) => 'a '.repeat(times / 2)],
  ['(a*)*b', (times) => 'a'.repeat(times)],
  ['^(\\w+\\s?)*$', (times) => `${'word '.repeat(times / 5)}!`],
  ['^([0-9]+(\\.[0-9]+)*)*$', (times) => `${'1.'.repeat(times / 2)}!`],
  ['^(([^,]*),?)*;$', (times) => 'a,'.repeat(times / 2)],
  ['^([a-z0-9]+([-_.]?[a-z0-9]+)*)@x$', (times) => 'a'.repeat(times)],
  [
    '^(https?:\\/\\/)?([\\da-z.-]+)\\.([a-z.]{2,6})([/\\w .-]*)*\\/?$',
    (times) => `http://a.${'a'.repeat(times)}!`,
  ],
  ['.*.*=.*', (times) => 'x'.repeat(times)],
  ['(?:.*?,){11}P', (times) => '1,'.repeat(times / 2)],
  ['^(?:(?:a|b)|(?:b|a))*c$', (times) => 'ab'.repeat(times / 2)],
  ['<(?:[^>"]|"[^"]*")*>', (times) => '<'.repeat(times)],
  ['^(?:\\p{L}+\\p{L}*)+$', (times) => `${'é'.repeat(times)}1`],
  ['^([01]?\\d|2[0-3])*(:[0-5]\\d)*$', (times) => `${'1'.repeat(times)}x`],
  ['(\\[.*\\])*\\(', (times) => '[]'.repeat(times / 2)],
];

describe('a bounded pattern', () => {
  it('is put to the test with enough hostile ones', () => {
    expect(hostile.length).toBeGreaterThanOrEqual(20);
  });

  it.each(hostile)('%s answers soon, also on long texts', (source, text) => {
    for (const times of [20, 1_000, 20_000])
      expect(inTime(() => boundedPattern(source, 'u', metered()).test(text(times)))).toBe(false);
  });

  it('could not do so by the engine alone', () => {
    expect(() => inTime(() => /^(a+)+$/u.test(`${'a'.repeat(1_000)}!`), 100)).toThrow('timed out');
  });

  it.each([
    ['^(?!\\s*$).+', ' x ', ' '],
    ['^(?=.*[a-z])(?=.*\\d).{8,}$', 'abcdefg1', 'abcdefgh'],
    ['^(.)\\1$', 'aa', 'ab'],
    ['^(?<!x)a$', 'a', 'xa'],
  ])('%s looks around or back: it is judged on ordinary texts', (source, good, bad) => {
    const { test } = boundedPattern(source, 'u', metered());
    expect([test(good), test(bad)]).toEqual([true, false]);
  });

  it('that looks around gives up on a text that would take long, rather than to guess', () => {
    const { test } = boundedPattern('^(?!\\s*$).*a.*a.*x$', 'u', metered());
    expect(() => test('a'.repeat(1_000_000))).toThrow(OverBudget);
  });

  it('gives up when the work allowed for a JSON is spent', () => {
    const { test } = boundedPattern('^(a+)+$', 'u', metered(10_000));
    expect(() => test('a'.repeat(100_000))).toThrow(OverBudget);
  });

  it.each([
    ['^(?=(a+)+$)', 'looks around'],
    ['^(a+)+\\1$', 'looks around'],
    ['(?:[0-9]{1000}){2000}', 'repeats so much'],
    ['(?:){1000000000}', 'repeats so much'],
    [`${'(?:'.repeat(MAX_GROUPS_DEEP + 1)}a${')'.repeat(MAX_GROUPS_DEEP + 1)}`, 'nested deeper'],
    ['(?i:a)', 'not supported'],
    ['a'.repeat(2_001), 'longer than 2000'],
  ])('%s is refused', (source, reason) => {
    expect(() => boundedPattern(source, 'u', metered())).toThrow(reason);
  });

  it.each([
    '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$',
    '^[a-zA-Z0-9-]+$',
    '^\\$.*$',
    '^s3://',
    '.*',
    '^.{1,255}$',
  ])('%s is left to the engine, which costs nothing', (source) => {
    const { test } = boundedPattern(source, 'u', metered(0));
    expect(() => test('x'.repeat(10_000))).not.toThrow();
  });
});
