import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepare } from '@headwater/pipeline';
import { startStack, type Endpoints, type Stack } from '@headwater/stack';
import { build } from 'esbuild';
import { Broker } from './data/broker';
import { Load } from './load/load';
import type { Sizes } from './options';
import type { Parts } from './parts';
import type { Processors } from './processors';

const root = resolve(__dirname, '..');
export const node = join(root, 'node_modules/node/bin/node');

export interface Setting {
  readonly sizes: Sizes;
  /** Folder of the run; it is emptied first. */
  readonly dir: string;
  readonly processors: Processors;
  readonly parts: Parts;
  readonly print: (line: string) => void;
}

/** What all stages measure with: a fresh broker, registry and database, a load generator, and the processors. */
export interface Workbench extends Setting {
  readonly stack: Stack;
  readonly endpoints: Endpoints;
  readonly broker: Broker;
  readonly load: Load;
}

/** Starts all that a workbench has. Each thing is added to its parts as soon as it is there. */
export async function openWorkbench(setting: Setting): Promise<Workbench> {
  const { dir, parts, print, processors } = setting;
  const detail = (line: string): void => {
    print(`  ${line}`);
  };
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  processors.pinRest(process.pid); // what it starts inherits this
  print('Bundling the contenders');
  await bundlePrograms(programsIn(dir));
  print('Starting Kafka, the schema registry and ClickHouse');
  const stack = parts.add(await startStack({ dataDir: join(dir, 'stack'), onProgress: detail }));
  const endpoints: Endpoints = {
    brokers: stack.kafka.brokers.join(','),
    registryUrl: stack.registry.url,
    clickhouseUrl: stack.clickhouse.url,
  };
  await prepare(endpoints, dir, { onProgress: detail });
  const broker = await Broker.connect(endpoints.brokers);
  parts.add({ stop: () => broker.close() });
  const load = await Load.open([node, program(setting, 'generator')]);
  parts.add({ stop: () => load.close() });
  return { ...setting, stack, endpoints, broker, load };
}

/** Lets broker, registry, database, load generator and the bench itself use all processors. */
export function freeAll(bench: Workbench): void {
  for (const pid of restOf(bench)) bench.processors.free(pid);
}

/** Keeps them off the processor of servers. */
export function pinAll(bench: Workbench): void {
  for (const pid of restOf(bench)) bench.processors.pinRest(pid);
}

const restOf = ({ stack, load }: Workbench): readonly number[] => [
  process.pid,
  stack.kafka.pid,
  stack.registry.pid,
  stack.clickhouse.pid,
  load.pid,
];

/** Where a program of the bench is, in plain JavaScript. */
export function program({ dir }: Setting, name: string): string {
  return join(programsIn(dir), `${name}.process.js`);
}

/** Eight hexadecimal digits that the ids of a load or a filling begin with. */
export const newRun = (): string => randomBytes(4).toString('hex');

/** Code of an engine that has no memory left for a query: large inserts and merges take it for a moment. */
const MEMORY_LIMIT = /^Code: 241\./;
const SQL_ATTEMPTS = 20;

/** Rows of a statement, as texts. @throws Error with what ClickHouse said */
export async function sql(bench: Workbench, statement: string): Promise<readonly (readonly string[])[]> {
  let answer = await fetch(bench.endpoints.clickhouseUrl, { method: 'POST', body: statement });
  let text = await answer.text();
  for (let attempt = 1; MEMORY_LIMIT.test(text) && attempt < SQL_ATTEMPTS; attempt += 1) {
    await sleep(500);
    answer = await fetch(bench.endpoints.clickhouseUrl, { method: 'POST', body: statement });
    text = await answer.text();
  }
  if (!answer.ok) throw new Error(`ClickHouse refused "${statement.slice(0, 80)}": ${text.slice(0, 400)}`);
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'));
}

const programsIn = (dir: string): string => join(dir, 'programs');

/** Plain JavaScript for plain Node, made as the services are: nothing of the tools that run this file burdens a contender. */
async function bundlePrograms(outdir: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/contenders/programs/*.process.ts', 'bench/load/generator.process.ts'],
    entryNames: '[name]',
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    packages: 'external',
    tsconfig: 'tsconfig.base.json',
    logLevel: 'error',
  });
}
