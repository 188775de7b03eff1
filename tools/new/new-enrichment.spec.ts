import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { CannotMake, newEnrichment } from './new-enrichment';

const workspace = resolve(__dirname, '../..');
const FOLDER = 'libs/enrichment/src/enrichments';
let root: string;

/** A copy of the library in a workspace whose other libraries are the real ones. */
beforeAll(() => {
  mkdirSync(join(workspace, '.headwater'), { recursive: true });
  root = mkdtempSync(join(workspace, '.headwater/new-enrichment-'));
  mkdirSync(join(root, 'libs'));
  for (const lib of readdirSync(join(workspace, 'libs')))
    if (lib !== 'enrichment') symlinkSync(join(workspace, 'libs', lib), join(root, 'libs', lib));
  cpSync(join(workspace, 'libs/enrichment'), join(root, 'libs/enrichment'), { recursive: true });
  for (const file of ['jest.preset.cjs', 'tsconfig.base.json', 'tsconfig.json'])
    cpSync(join(workspace, file), join(root, file));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const problemOf = (name: string): string => {
  try {
    newEnrichment(root, name);
  } catch (error) {
    if (error instanceof CannotMake) return error.message;
    throw error;
  }
  return 'none';
};

it('makes an enrichment whose spec, and that of the list, pass as they are', () => {
  const written = newEnrichment(root, 'page-category');
  expect(written).toEqual([
    `${FOLDER}/page-category.ts`,
    `${FOLDER}/page-category.spec.ts`,
    `${FOLDER}/index.ts`,
  ]);
  const list = readFileSync(join(root, FOLDER, 'index.ts'), 'utf8');
  expect(list).toMatch(/ {2}pageCategory,\n {2}pseudonymise,/);
  expect(list).toMatch(
    /link-decoration';\nimport \{ pageCategory \} from '\.\/page-category';\nimport .*'\.\/page-url'/,
  );

  const { status, stderr } = spawnSync(
    process.execPath,
    [
      join(workspace, 'node_modules/jest/bin/jest.js'),
      '--config',
      'libs/enrichment/jest.config.cjs',
      'enrichments/page-category',
      'enrichments/index',
      '--verbose',
    ],
    { cwd: root, encoding: 'utf8' },
  );
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  expect(stderr).toContain('✓ cuts a long title');
  expect(stderr).toContain('✓ does what its example shows');
}, 60_000);

it.each([
  ['', /is no name for an enrichment/],
  ['Page', /is no name/],
  ['page_category', /is no name/],
  ['../evil', /is no name/],
  ['page--category', /is no name/],
  ['country', /The name country is taken/],
  ['drop-ip', /The name dropIp is taken/],
  ['class', /is a word of the language/],
])('refuses the name "%s" and writes nothing', (name, message) => {
  const before = readdirSync(join(root, FOLDER));
  expect(problemOf(name)).toMatch(message);
  expect(readdirSync(join(root, FOLDER))).toEqual(before);
});

it('leaves the workspace itself alone', () => {
  expect(existsSync(join(workspace, FOLDER, 'page-category.ts'))).toBe(false);
});
