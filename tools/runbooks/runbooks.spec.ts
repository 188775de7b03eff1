import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { runbookProblems, type Sources } from './runbooks';

const root = resolve(__dirname, '../..');
const folder = resolve(root, 'docs/runbooks');
const textOf = (file: string): string => readFileSync(resolve(root, file), 'utf8');

/** What runs in production: neither specs nor what they are built of. */
const NOT_SHIPPED = /\.(spec|kafka|clickhouse|fixture)\.ts$|\/testing\/|\/generated\//;
/** The command line prints its errors to whoever typed the command; they are in no log. */
const code = globSync(['libs/*/src/**/*.ts', 'services/!(cli)/src/**/*.ts'], { cwd: root }).filter(
  (file) => !NOT_SHIPPED.test(file),
);

const sources: Sources = {
  code: code.map(textOf),
  qualityChecks: readdirSync(resolve(root, 'libs/quality/src/checks'))
    .filter((file) => existsSync(resolve(root, 'libs/quality/src/checks', file.replace(/\.ts$/, '.spec.ts'))))
    .map((file) => basename(file, '.ts'))
    .filter((name) => name !== 'index')
    .map((name) => name.replaceAll('-', '_')),
  doctorChecks: globSync('services/cli/src/doctor/checks/*.ts', { cwd: root })
    .filter((file) => !NOT_SHIPPED.test(file))
    .map(textOf),
  pages: new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.md') && file !== 'README.md')
      .map((file) => [basename(file, '.md'), textOf(`docs/runbooks/${file}`)]),
  ),
  index: textOf('docs/runbooks/README.md'),
  variables: new Set(textOf('docs/reference/configuration.md').match(/[A-Z]+(?:__[A-Z]+(?:_[A-Z]+)*)+/g)),
};

describe('the runbooks', () => {
  it('are one for every code that can be logged and for every check, whole and listed', () => {
    expect(runbookProblems(sources)).toEqual([]);
  });

  it('link to files that are there', () => {
    const broken = [...sources.pages, ['README', sources.index] as const].flatMap(([page, text]) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)]
        .map(([, target]) => resolve(folder, dirname('x'), target ?? ''))
        .filter((target) => !existsSync(target))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});

describe('what is missing from runbooks', () => {
  const page =
    '# E_A: a\n\n## What it means\n\nx\n\n## How to see it\n\nx\n\n## What to do\n\nx\n\n## When it ends\n\nx\n';
  const well: Sources = {
    code: ["readonly code = 'E_A';"],
    qualityChecks: [],
    doctorChecks: [],
    pages: new Map([['E_A', page]]),
    index: '[E_A](E_A.md)',
    variables: new Set(),
  };

  it.each<[string, Partial<Sources>, string]>([
    [
      'a code without a page',
      { code: ["code: 'E_A'", "code = 'E_B'"] },
      'E_B has no page docs/runbooks/E_B.md.',
    ],
    ['a check without a page', { qualityChecks: ['drift'] }, 'drift has no page docs/runbooks/drift.md.'],
    [
      'a page that a finding of the doctor names',
      { doctorChecks: ["runbook: 'disk',", "problem(a, b, c, 'E_C')"] },
      'disk has no page docs/runbooks/disk.md.',
    ],
    ['a page for nothing', { code: [] }, 'docs/runbooks/E_A.md is about a code or check that nobody has.'],
    [
      'a section without a word',
      { pages: new Map([['E_A', page.replace('## What to do\n\nx', '## What to do')]]) },
      'docs/runbooks/E_A.md has nothing under "What to do".',
    ],
    [
      'a title that is another',
      { pages: new Map([['E_A', page.replace('# E_A', '# E_B')]]) },
      'docs/runbooks/E_A.md does not begin with "# E_A: ".',
    ],
    ['an index that leaves one out', { index: '' }, 'docs/runbooks/README.md does not list E_A.'],
    [
      'a metric that nobody exports',
      { pages: new Map([['E_A', `${page}\`headwater_none_total\``]]) },
      'docs/runbooks/E_A.md names the metric headwater_none_total, which no service has.',
    ],
    [
      'a setting that is none',
      { pages: new Map([['E_A', `${page}\`KAFKA__NONE\``]]) },
      'docs/runbooks/E_A.md names KAFKA__NONE, which is no setting.',
    ],
  ])('is found: %s', (_case, known, problem) => {
    expect(runbookProblems(well)).toEqual([]);
    expect(runbookProblems({ ...well, ...known })).toContain(problem);
  });
});
