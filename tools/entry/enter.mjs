// Runs on the Node of the machine (20 or later) before anything is installed: only `node:` built-ins here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const PINNED_NODE = join(ROOT, 'node_modules/node/bin/node');
const STAMP = join(ROOT, 'node_modules/.headwater-lock');
const LEAST_MAJOR = 24;

/** Installs the workspace when it is not, or not as the lockfile says, then runs a TypeScript program on the pinned Node. */
export function enter(program) {
  refuse(
    Number(process.versions.node.split('.')[0]) < 20,
    `Node ${process.versions.node} is too old to set Headwater up. Install Node 20 or later; the project brings its own Node ${LEAST_MAJOR}.`,
  );
  install();
  const version = spawnSync(PINNED_NODE, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  refuse(
    !(Number(/^v(\d+)/.exec(version)?.[1]) >= LEAST_MAJOR),
    `The workspace's own Node ${LEAST_MAJOR} is missing (found "${version}" at ${PINNED_NODE}). Its install script must be allowed to run: delete node_modules and run \`npm install\` without --ignore-scripts.`,
  );
  run(program);
}

function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock && existsSync(PINNED_NODE)) return;
  console.log('Installing the packages of the workspace (once, about a minute) …');
  // Not `npm ci`: it refuses a lockfile without the binaries of other platforms, and some mirrors do not carry those.
  const { status, error } = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  refuse(
    status !== 0,
    `npm install failed${error ? ` (${error.message})` : ` with exit code ${status}`}. Its own message is above: check the disk, and that the npm registry can be reached; then run the command again.`,
  );
  writeFileSync(STAMP, lock);
}

function run(program) {
  const path = `${join(ROOT, 'node_modules/node/bin')}${delimiter}${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env.PATH ?? ''}`;
  const child = spawn(
    PINNED_NODE,
    [
      '--disable-warning=TimeoutNegativeWarning',
      '--import',
      'tsx',
      join(ROOT, program),
      ...process.argv.slice(2),
    ],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: {
        ...process.env,
        PATH: path,
        NX_DAEMON: 'false',
        NX_NO_CLOUD: 'true',
        TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.base.json'),
      },
    },
  );
  // The program stops in order, and this one waits for it. A terminal sends Ctrl-C to both, `kill -INT` only here.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => refuse(true, `${program} could not be started (${error.message}).`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function refuse(condition, sentence) {
  if (!condition) return;
  console.error(sentence);
  process.exit(1);
}
