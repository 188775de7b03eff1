import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import type { TriedProperty } from '@headwater/testing';
import { sumOf } from './sum-of';

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
  /** Properties tried, by library or service. */
  readonly properties: Readonly<Record<string, number>>;
  /** Inputs tried, likewise. */
  readonly runs: Readonly<Record<string, number>>;
  readonly findings: number;
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
        '--disable-warning=ExperimentalWarning',
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
      properties: byProject(tried, () => 1),
      runs: byProject(tried, ({ runs }) => runs),
      findings: code === 0 ? failed : Math.max(failed, 1),
    };
    console.log(
      `properties         ${String(sumOf(results.runs))} inputs in ${results.seconds.toFixed(0)} s, ${String(tried.length)} properties in ${String(specs.length)} specs, ${String(results.findings)} findings`,
    );
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function byProject(
  tried: readonly TriedProperty[],
  of: (property: TriedProperty) => number,
): Readonly<Record<string, number>> {
  const sums = new Map<string, number>();
  for (const property of tried) {
    const [project = ''] = /^(?:(?:libs|services)\/)?[^/]+/.exec(relative(root, property.spec)) ?? [];
    sums.set(project, (sums.get(project) ?? 0) + of(property));
  }
  return Object.fromEntries([...sums].sort(([one], [other]) => one.localeCompare(other)));
}
