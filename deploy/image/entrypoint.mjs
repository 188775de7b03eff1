// Runs the program that the first argument names, with the arguments that follow.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const programs = {
  collector: './dist/services/collector/main.js',
  enricher: './dist/services/enricher/main.js',
  validator: './dist/services/validator/main.js',
  loader: './dist/services/loader/main.js',
  'quality-monitor': './dist/services/quality-monitor/main.js',
  jobs: './dist/services/jobs/main.js',
  sandbox: './dist/services/sandbox/main.js',
  // The command line: `docker run … headwater failed list`.
  headwater: './dist/services/cli/main.js',
};
const [name, ...rest] = process.argv.slice(2);
const program = programs[name];
if (!program || !existsSync(new URL(program, import.meta.url))) {
  console.error(
    `There is no program called "${name ?? ''}" in this image. Name one of: ${Object.keys(programs).join(', ')}.`,
  );
  process.exit(2);
}
// On a developer's machine it listens for that machine only; from within a container nobody would reach it.
if (name === 'sandbox') process.env.HTTP__HOST ??= '0.0.0.0';
process.argv.splice(1, process.argv.length - 1, new URL(program, import.meta.url).pathname, ...rest);
const require = createRequire(import.meta.url);
require(program);
