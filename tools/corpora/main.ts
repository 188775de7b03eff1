import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CORPORA, missingCorpora, type Corpus } from './corpora';
import { chosenCases, uapFiles } from './uap-core';

const HELP = `Usage: npm run corpora [-- FOLDER]

Fetches the third-party test data that is not yet in FOLDER (${CORPORA}), each at the commit that the tests were written for.
`;

function main([folder = CORPORA]: readonly string[]): number {
  if (folder === '--help') {
    process.stdout.write(HELP);
    return 0;
  }
  const target = resolve(folder);
  const missing = missingCorpora(target);
  mkdirSync(target, { recursive: true });
  for (const corpus of missing) {
    const draft = mkdtempSync(join(target, '.draft-'));
    try {
      console.log(`${corpus.name}: from ${corpus.repository} …`);
      take(corpus, draft);
      renameSync(join(draft, 'taken'), join(target, corpus.name));
    } catch (error) {
      console.error(
        `${corpus.name} could not be fetched: ${(error as Error).message.trim()}\nSee that git is installed and that ${corpus.repository} can be reached, and run \`npm run corpora\` again.`,
      );
      return 1;
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }
  console.log(
    missing.length === 0
      ? `All of it is in ${target} already.`
      : `${missing.map(({ name }) => name).join(', ')}: in ${target}.`,
  );
  return 0;
}

/** Puts what is wanted of a repository into `taken` of a folder. */
function take({ name, repository, commit, paths }: Corpus, draft: string): void {
  const [clone, taken] = [join(draft, 'clone'), join(draft, 'taken')];
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-C', clone, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  mkdirSync(clone);
  git('init', '--quiet');
  git('fetch', '--quiet', '--depth', '1', repository, commit);
  git('checkout', '--quiet', commit, '--', ...paths);
  for (const path of paths) {
    if (path.endsWith('.yaml')) continue;
    mkdirSync(dirname(join(taken, path)), { recursive: true });
    cpSync(join(clone, path), join(taken, path), { recursive: true });
  }
  if (name !== 'uap-core') return;
  for (const file of uapFiles)
    writeFileSync(
      join(taken, `${file}.json`),
      `${JSON.stringify(chosenCases(file, readFileSync(join(clone, `tests/${file}.yaml`), 'utf8')), null, 1)}\n`,
    );
}

process.exitCode = main(process.argv.slice(2));
