import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commitOf, RESULTS_FILE, RESULTS_PAGE } from './commit-of';

const checkout = mkdtempSync(join(tmpdir(), 'headwater-commit-'));
const author = ['-c', 'user.name=one', '-c', 'user.email=one@acme.example'];
const git = (...args: readonly string[]): string =>
  execFileSync('git', [...author, ...args], { cwd: checkout, encoding: 'utf8' }).trim();

function write(file: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), 'text');
}

beforeAll(() => {
  git('init', '--quiet');
  git('commit', '--quiet', '--allow-empty', '--message', 'first');
});
afterAll(() => {
  rmSync(checkout, { recursive: true, force: true });
});

it('names the commit, and says when something else than results is not as it has it', () => {
  const head = git('rev-parse', 'HEAD').slice(0, 12);
  expect(commitOf(checkout)).toBe(head);
  write(RESULTS_FILE);
  write(RESULTS_PAGE);
  expect(commitOf(checkout)).toBe(head);
  write('libs/new.ts');
  expect(commitOf(checkout)).toBe(`${head}-dirty`);
});
