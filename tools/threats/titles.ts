import ts from 'typescript';

const TESTS: ReadonlySet<string> = new Set(['it', 'test', 'describe']);
/** What makes a test one that does not run. */
const LEFT_OUT: ReadonlySet<string> = new Set(['skip', 'todo', 'failing']);

/**
 * The titles of the tests that a file runs: of `it`, `test` and `describe`, with and without `each`; and the names of the cases
 * of the suites that Jest does not run (`{ name: '…', run: … }`). A title in a comment, in a text, or of a test that is left
 * out is none.
 */
export function titlesIn(source: string): ReadonlySet<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = calledIn(node.expression);
      if (called.some((name) => LEFT_OUT.has(name)) && TESTS.has(called[0] ?? '')) return;
      if (TESTS.has(called[0] ?? '')) add(node.arguments[0]);
    }
    if (ts.isObjectLiteralExpression(node)) {
      const valueOf = (name: string): ts.Node | undefined =>
        node.properties
          .filter(
            (property) => ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property),
          )
          .filter((property) => property.name.getText() === name)
          .map((property) => (ts.isPropertyAssignment(property) ? property.initializer : property))[0];
      if (CASES.some((does) => valueOf(does) !== undefined)) add(valueOf('name'));
    }
    node.forEachChild(visit);
  };
  const add = (title: ts.Node | undefined): void => {
    if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
  };
  visit(ts.createSourceFile('x.ts', source, ts.ScriptTarget.Latest, true));
  return titles;
}

/** What a case does, by the words of the suites: the chart's rules are lines to be found, those of the supply chain tell problems. */
const CASES = ['run', 'line', 'problems'];

/** `it.each(table)` as `['it', 'each']`. */
function calledIn(expression: ts.Node): readonly string[] {
  if (ts.isIdentifier(expression)) return [expression.text];
  if (ts.isPropertyAccessExpression(expression))
    return [...calledIn(expression.expression), expression.name.text];
  if (ts.isCallExpression(expression)) return calledIn(expression.expression);
  return ts.isTaggedTemplateExpression(expression) ? calledIn(expression.tag) : [];
}
