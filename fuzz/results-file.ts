import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { merged, type Provenance, type Results } from './results';
import { pageOf } from './results-page';

const root = resolve(__dirname, '..');
const file = resolve(root, 'fuzz/results.json');
const page = resolve(root, 'docs/reference/fuzz.md');
const NOTHING: Results = { version: 3, hostile: null, guided: [], properties: null };

/** Writes parts of the results in the place of those that were there, and the page of all. */
export function keepResults(newer: Partial<Results>): void {
  const results = merged(readResults(), newer);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(page, pageOf(results));
}

/** The results that are there; those of another version say nothing any more. */
function readResults(): Results {
  if (!existsSync(file)) return NOTHING;
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results | { readonly version: unknown };
  return results.version === NOTHING.version ? (results as Results) : NOTHING;
}

/** Where the figures of this run come from. */
export const provenance = (args: readonly string[], seed: number): Provenance => ({
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
  command: `npm run fuzz -- ${args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}`,
  seed,
});
