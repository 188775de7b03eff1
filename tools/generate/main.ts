import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { generators } from './generators';

/**
 * Writes every generated file of the workspace. With `--check` it writes nothing and fails, naming each file that
 * differs from what the sources say.
 */
async function main(): Promise<void> {
  const root = resolve(__dirname, '../..');
  const check = process.argv.includes('--check');
  const stale: string[] = [];
  for (const generate of generators) {
    for (const { path, content } of await generate(root)) {
      const file = join(root, path);
      if (existsSync(file) && readFileSync(file, 'utf8') === content) continue;
      stale.push(path);
      if (check) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  if (check && stale.length > 0) {
    console.error(
      `${String(stale.length)} generated file(s) are out of date: ${stale.join(', ')}. Run \`npm run generate\` and commit the result.`,
    );
    process.exitCode = 1;
    return;
  }
  console.log(
    check
      ? 'All generated files are up to date.'
      : `Generated ${String(stale.length)} changed file(s)${stale.length > 0 ? `: ${stale.join(', ')}` : ''}.`,
  );
}

void main();
