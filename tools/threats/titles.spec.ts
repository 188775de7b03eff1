import { titlesIn } from './titles';

const titles = (source: string): readonly string[] => [...titlesIn(source)];

describe('the titles of tests', () => {
  it.each([
    ['it', `it('holds', () => undefined);`],
    ['test', 'test(`holds`, () => undefined);'],
    ['describe', `describe('holds', () => undefined);`],
    ['one within another', `describe.each(all)('%s', () => { if (x) it('holds', () => 1); });`],
    ['a table', `it.each([['it', 1]])('holds', () => undefined);`],
    ['a table with a type', `it.each<[string]>(rows.map((row) => [row.name]))("holds", () => undefined);`],
    ['a template of a table', 'it.each`a | b\n${1} | ${2}`("holds", () => undefined);'],
    ['a case of a suite', `const cases = [{ name: 'holds', run: () => null }];`],
    ['a case whose work is a variable', `const cases = [{ name: 'holds', run }];`],
    ['a line of the chart', `const rules = [{ name: 'holds', line: /x/g }];`],
    ['a rule of the supply chain', `const rules = [{ name: 'holds', problems: () => [] }];`],
  ])('are found: %s', (_case, source) => {
    expect(titles(source)).toContain('holds');
  });

  it.each([
    ['a comment', `// it('holds', () => undefined);\n/* it('holds') */`],
    ['a text', `const text = "it('holds', () => undefined)"; it('does', () => expect('holds'));`],
    ['a test that is left out', `it.skip('holds', () => undefined);`],
    ['a table that is left out', `it.skip.each([1])('holds', () => undefined);`],
    ['one in a group that is left out', `describe.skip('all', () => { it('holds', () => undefined); });`],
    ['one that is still to be written', `it.todo('holds');`],
    ['one that has to fail', `it.failing('holds', () => undefined);`],
    ['a part of a title', `it('holds no', () => undefined); it('it holds', () => undefined);`],
    ['another function', `check.it('holds', () => undefined); call('holds');`],
    ['something that has a name', `const user = { name: 'holds', password: 'x' };`],
  ])('are not: %s', (_case, source) => {
    expect(titles(source)).not.toContain('holds');
  });
});
