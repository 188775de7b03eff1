import { execFileSync } from 'node:child_process';

/** What a run writes itself, from the root of the checkout: it makes the code no other. */
export const RESULTS_FILE = 'fuzz/results.json';
export const RESULTS_PAGE = 'docs/reference/fuzz.md';

/** The commit that is checked out; with `-dirty` where files are not as it has them, for then the figures are not its own. */
export function commitOf(checkout: string): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: checkout, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', '.', `:!${RESULTS_FILE}`, `:!${RESULTS_PAGE}`);
  return `${git('rev-parse', '--short=12', 'HEAD')}${changed === '' ? '' : '-dirty'}`;
}
