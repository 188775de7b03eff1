import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { TriedProperty } from '@headwater/testing';

const root = resolve(__dirname, '../..');
const SPECS = [
  'libs/*/src/**/*.spec.ts',
  'services/*/src/**/*.spec.ts',
  'fuzz/**/*.spec.ts',
  'tools/**/*.spec.ts',
];
/** A property is given so long, milliseconds. */
const LONGEST_MS = 6 * 3_600_000;

/** What trying the properties did, for the reports. */
export interface PropertyResults {
  /** Inputs that were asked for. */
  readonly asked: number;
  readonly seconds: number;
  readonly tried: readonly Tried[];
  readonly findings: number;
}

/** One property. */
export interface Tried {
  /** From the root of the checkout. */
  readonly spec: string;
  /** Name of its test. */
  readonly name: string;
  /** Inputs that it was tried with. */
  readonly runs: number;
}

/** Runs all specs that hold properties, with many times the usual number of inputs; jest tells what fails, and its seed. */
export async function tryProperties(asked: number): Promise<PropertyResults> {
  const specs = globSync(SPECS, { cwd: root }).filter((spec) =>
    /^import .*'fast-check'/m.test(readFileSync(join(root, spec), 'utf8')),
  );
  const folder = mkdtempSync(join(tmpdir(), 'headwater-properties-'));
  const report = join(folder, 'tried.ndjson');
  const started = performance.now();
  try {
    const jest = spawn(
      process.execPath,
      [
        join(root, 'node_modules/jest/bin/jest.js'),
        '--testTimeout',
        String(LONGEST_MS),
        '--maxWorkers=100%',
        '--runTestsByPath',
        ...specs,
      ],
      {
        cwd: root,
        env: { ...process.env, PROPERTY_RUNS: String(asked), PROPERTY_REPORT: report },
        stdio: 'inherit',
      },
    );
    const [code] = (await once(jest, 'exit')) as [number | null];
    const tried = existsSync(report) ? readTried(readFileSync(report, 'utf8')) : [];
    const failed = tried.filter((property) => property.failed).length;
    const results: PropertyResults = {
      asked,
      seconds: (performance.now() - started) / 1_000,
      tried: tried.map(({ spec, name, runs }) => ({ spec: relative(root, spec), name, runs })),
      findings: code === 0 ? failed : Math.max(failed, 1),
    };
    console.log(
      `properties         ${String(runsOf(results.tried))} inputs in ${results.seconds.toFixed(0)} s, ${String(tried.length)} properties in ${String(specs.length)} specs, ${String(results.findings)} findings`,
    );
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In the order of their specs: those ran side by side. */
const readTried = (lines: string): readonly TriedProperty[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TriedProperty)
    .sort((one, other) => (one.spec < other.spec ? -1 : one.spec > other.spec ? 1 : 0));

export const runsOf = (tried: readonly Tried[]): number => tried.reduce((sum, { runs }) => sum + runs, 0);
