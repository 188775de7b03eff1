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
  /** How many times as often as `npm test` does. */
  readonly times: number;
  readonly seconds: number;
  readonly properties: number;
  /** Inputs tried. */
  readonly runs: number;
  /** The same by library or service. */
  readonly projects: Readonly<Record<string, Tried>>;
  readonly findings: number;
}

interface Tried {
  readonly properties: number;
  readonly runs: number;
}

/** Runs all specs that hold properties, with many times the usual number of inputs; jest tells what fails, and its seed. */
export async function tryProperties(times: number): Promise<PropertyResults> {
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
        '--runTestsByPath',
        ...specs,
      ],
      {
        cwd: root,
        env: { ...process.env, PROPERTY_FACTOR: String(times), PROPERTY_REPORT: report },
        stdio: 'inherit',
      },
    );
    const [code] = (await once(jest, 'exit')) as [number | null];
    const tried = existsSync(report)
      ? readFileSync(report, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as TriedProperty)
      : [];
    const failed = tried.filter((property) => property.failed).length;
    const results: PropertyResults = {
      times,
      seconds: (performance.now() - started) / 1_000,
      ...sumOf(tried),
      projects: byProject(tried),
      findings: code === 0 ? failed : Math.max(failed, 1),
    };
    console.log(
      `properties         ${String(results.runs)} inputs in ${results.seconds.toFixed(0)} s, ${String(results.properties)} properties in ${String(specs.length)} specs, ${String(results.findings)} findings`,
    );
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sumOf = (tried: readonly TriedProperty[]): Tried => ({
  properties: tried.length,
  runs: tried.reduce((sum, { runs }) => sum + runs, 0),
});

function byProject(tried: readonly TriedProperty[]): Readonly<Record<string, Tried>> {
  const projectOf = ({ spec }: TriedProperty): string =>
    /^(?:(?:libs|services)\/)?[^/]+/.exec(relative(root, spec))?.[0] ?? spec;
  const names = [...new Set(tried.map(projectOf))].sort();
  return Object.fromEntries(
    names.map((name) => [name, sumOf(tried.filter((property) => projectOf(property) === name))]),
  );
}
