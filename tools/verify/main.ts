import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { suites } from './suites';
import type { Suite, Tally } from './suite';

const HELP = `Usage: npm test -- [options]

  --only a,b   run only these suites
  --except a   run all but these suites
  --ci         count a suite that cannot run here as failed
  --list       name the suites
`;

/** Runs the suites one after the other and ends with the line \`N passed, N failed\`. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  if (args.includes('--list')) {
    for (const { name, proves } of suites) console.log(`${name.padEnd(14)} ${proves}`);
    return 0;
  }
  const chosen = choose(listAfter(args, '--only'), listAfter(args, '--except'));
  if (typeof chosen === 'string') {
    console.error(chosen);
    return 2;
  }
  const scratch = mkdtempSync(join(tmpdir(), 'headwater-verify-'));
  try {
    return await runAll(
      chosen,
      { root: resolve(__dirname, '../..'), scratch },
      args.includes('--ci') || process.env['CI'] === 'true',
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function runAll(
  chosen: readonly Suite[],
  context: Parameters<Suite['run']>[0],
  strict: boolean,
): Promise<number> {
  const rows: { readonly suite: Suite; readonly tally: Tally; readonly seconds: number }[] = [];
  const leftOut: { readonly suite: Suite; readonly reason: string }[] = [];
  for (const suite of chosen) {
    console.log(`\n=== ${suite.name}: ${suite.proves}`);
    const start = performance.now();
    const reason = (await suite.missing?.()) ?? null;
    if (reason !== null) {
      console.log(`Left out: ${reason}`);
      leftOut.push({ suite, reason });
      continue;
    }
    const tally = await suite.run(context);
    const seconds = (performance.now() - start) / 1000;
    console.log(`--- ${suite.name} took ${seconds.toFixed(0)} s`);
    rows.push({ suite, tally, seconds });
  }

  console.log('\n=== summary');
  for (const { suite, tally, seconds } of rows)
    console.log(
      `${tally.failed === 0 ? 'ok    ' : 'FAILED'} ${suite.name.padEnd(14)} ${String(tally.passed)} passed, ${String(tally.failed)} failed  (${seconds.toFixed(0)} s)`,
    );
  for (const { suite, tally } of rows)
    for (const reason of tally.reasons) console.log(`\nFAILED ${suite.name}: ${reason.trimEnd()}\n`);
  for (const { suite, reason } of leftOut) console.log(`LEFT OUT ${suite.name}: ${reason}`);

  const passed = rows.reduce((sum, { tally }) => sum + tally.passed, 0);
  const failed = rows.reduce((sum, { tally }) => sum + tally.failed, 0) + (strict ? leftOut.length : 0);
  console.log(`${String(passed)} passed, ${String(failed)} failed`);
  return failed === 0 ? 0 : 1;
}

function choose(only: readonly string[] | null, except: readonly string[] | null): readonly Suite[] | string {
  const known = new Set(suites.map(({ name }) => name));
  const unknown = [...(only ?? []), ...(except ?? [])].filter((name) => !known.has(name));
  if (unknown.length > 0)
    return `There is no suite called ${unknown.join(', ')}. The suites are: ${[...known].join(', ')}.`;
  return suites.filter(({ name }) => (only?.includes(name) ?? true) && !(except?.includes(name) ?? false));
}

function listAfter(args: readonly string[], option: string): readonly string[] | null {
  const index = args.indexOf(option);
  return index < 0 ? null : (args[index + 1] ?? '').split(',').map((name) => name.trim());
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
