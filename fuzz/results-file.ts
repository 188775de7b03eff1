import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { commitOf, RESULTS_FILE, RESULTS_PAGE } from './commit-of';
import { merged, type Provenance, type Results } from './results';
import { pageOf } from './results-page';

const root = resolve(__dirname, '..');
const file = resolve(root, RESULTS_FILE);
const page = resolve(root, RESULTS_PAGE);
const NOTHING: Results = { version: 4, hostile: null, guided: [], properties: null };

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
  commit: commitOf(root),
  command: `npm run fuzz -- ${args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg)).join(' ')}`,
  seed,
});
