import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildServices } from '@headwater/pipeline';
import { messageOf } from '@headwater/stack';
import { controls } from './controls/controls';
import { runControl } from './controls/run-control';
import { markdownOf, reportOf } from './results/report';
import { brokenOff, controlResult, problemsOf, runResult, type RunResult } from './results/result';
import { append, ofLatestBuild, readResults } from './results/results-file';
import { currentBuild } from './run/build-id';
import { claim, FOLDER } from './run/neighbours';
import { fullPlan, namedPlan, quickPlan, remaining, type PlannedRun } from './run/plan';
import { runScenario } from './run/run-scenario';
import { scenarios } from './scenarios';
import { World, type WorldKind } from './world/world';

const HELP = `Usage: npm run faults -- [options]

Breaks a running pipeline in every way of the fault matrix and looks for each event afterwards.

  --quick        a fault or two of each scenario of the quick tier, one after the other (the default)
  --full         all scenarios, all faults; goes on where it stopped with this build, and writes the report
  --controls     builds in which one guarantee is broken: the checker must notice each
  --only A,B     only these scenarios (or controls); without --full and --quick, one run of each
  --faults N     faults in such a run (2)
  --seed N       which faults, where and when (1)
  --rate N       events a second (500; with three brokers 200; 250 in the quick tier)
  --minutes N    begin no run after so many minutes
  --report       write docs/reference/faults.md and faults.json from the runs so far
  --keep         leave the folder with logs and ledgers behind
  --list         name the scenarios
`;

/** Of what is said of a run that broke off, characters. */
const KEPT = 300;
const root = resolve(__dirname, '..');
const RESULTS = join(root, 'faults/results.ndjson');
const CONTROLS = join(root, 'faults/controls.ndjson');
/** Events a second, by installation. */
type Rates = Readonly<Record<WorldKind, number>>;
const everywhere = (rate: number): Rates => ({ 'one broker': rate, 'three brokers': rate });
/** What two cores can carry beside everything else. */
const RATES: Rates = { 'one broker': 500, 'three brokers': 200 };
const QUICK_RATES = everywhere(250);
/** Everybody runs the quick tier, before each submission. */
const QUICK_SECONDS = 480;

const tell = (line: string): void => {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
};

interface Options {
  readonly seed: number;
  readonly rates: Rates;
  readonly minutes: number;
  readonly isQuick: boolean;
  /** What makes the same runs: without what only chooses a part of them. */
  readonly command: string;
  /** Whether it is looked who would be paged. Not in the quick tier, which needs nothing that has to be fetched for it. */
  readonly paging: boolean;
  readonly keep: boolean;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      controls: { type: 'boolean' },
      report: { type: 'boolean' },
      keep: { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean' },
      only: { type: 'string' },
      seed: { type: 'string' },
      rate: { type: 'string' },
      faults: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const only = values.only?.split(',').map((name) => name.trim());
  const known = values.controls === true ? controls : scenarios;
  const unknown = only?.filter((name) => !known.some((one) => one.name === name)) ?? [];
  if (unknown.length > 0) {
    console.error(
      `There is no ${unknown.join(', ')}. There are: ${known.map(({ name }) => name).join(', ')}.`,
    );
    return 2;
  }
  if (values.list === true) {
    for (const { row, name, full, title } of scenarios)
      console.log(`${String(row).padStart(3)} ${name.padEnd(28)} ${String(full).padStart(3)}  ${title}`);
    return 0;
  }
  if (values.report === true) {
    writeReport();
    return 0;
  }
  const isQuick =
    values.full !== true && values.controls !== true && (only === undefined || values.quick === true);
  const options: Options = {
    seed: Number(values.seed ?? 1),
    rates: values.rate === undefined ? (isQuick ? QUICK_RATES : RATES) : everywhere(Number(values.rate)),
    minutes: Number(values.minutes ?? Infinity),
    isQuick,
    command: [
      `npm run faults -- --${isQuick ? 'quick' : 'full'}`,
      ...(['seed', 'rate'] as const).flatMap((name) =>
        values[name] === undefined ? [] : [`--${name} ${values[name]}`],
      ),
    ].join(' '),
    paging: !isQuick,
    keep: values.keep ?? false,
  };
  await buildServices(root);
  if (values.controls === true)
    return runControls(
      controls.filter(({ name }) => only?.includes(name) ?? true),
      options,
    );
  const chosen = scenarios.filter(({ name }) => only?.includes(name) ?? true);
  if (values.full !== true)
    return runAll(
      isQuick ? quickPlan(chosen, options.seed) : namedPlan(chosen, options.seed, Number(values.faults ?? 2)),
      options,
      null,
    );
  const { build } = currentBuild(root);
  const plan = remaining(
    fullPlan(chosen, options.seed),
    readResults(RESULTS, runResult),
    build,
    ({ world }) => options.rates[world],
  );
  const code = await runAll(plan, options, RESULTS);
  writeReport();
  return code;
}

async function runAll(
  plan: readonly PlannedRun[],
  options: Options,
  results: string | null,
): Promise<number> {
  const started = performance.now();
  const build = currentBuild(root);
  let failed = 0;
  let done = 0;
  const isOver = (): boolean => performance.now() - started > options.minutes * 60_000;
  for (const kind of ['one broker', 'three brokers'] as const) {
    const waiting = plan.filter(({ scenario }) => scenario.world === kind);
    const rate = options.rates[kind];
    // One installation for all of them; a new one after a run that broke off, or after which something was stuck.
    while (waiting.length > 0 && !isOver())
      await withWorld(kind, options, async (world) => {
        for (let run = waiting.shift(); run !== undefined; run = isOver() ? undefined : waiting.shift()) {
          done += 1;
          const startedAt = new Date().toISOString();
          try {
            const result = await runScenario(run.scenario, world, {
              ...run,
              rate,
              build,
              isQuick: options.isQuick,
              command: options.command,
              tell,
            });
            if (results !== null) append(results, result);
            const problems = problemsOf(result);
            if (problems.length > 0) failed += 1;
            tell(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${inShort(result)}`);
            for (const problem of problems) tell(`       ${problem}`);
            if (result.stuck > 0) return;
          } catch (error) {
            failed += 1;
            const { name, row } = run.scenario;
            if (results !== null)
              append(
                results,
                brokenOff(
                  {
                    scenario: name,
                    row,
                    seed: run.seed,
                    rate,
                    command: options.command,
                    beside: null,
                    ...build,
                    startedAt,
                  },
                  messageOf(error).slice(0, KEPT),
                ),
              );
            tell(`BROKE OFF ${run.scenario.name}, seed ${String(run.seed)}: ${messageOf(error)}`);
            return;
          }
        }
      });
  }
  tell(
    done < plan.length
      ? `${String(done)} of ${String(plan.length)} runs are done; the same command goes on with the others.`
      : 'All runs are done.',
  );
  console.log(`${String(done - failed)} passed, ${String(failed)} failed`);
  const seconds = Math.round((performance.now() - started) / 1000);
  const isTooSlow = options.isQuick && seconds > QUICK_SECONDS;
  if (isTooSlow)
    console.log(
      `It took ${String(seconds)} s. The quick tier may take ${String(QUICK_SECONDS)}: take faults out of it, or let them be shorter.`,
    );
  return failed === 0 && !isTooSlow ? 0 : 1;
}

const inShort = (result: RunResult): string =>
  `${result.scenario}, seed ${String(result.seed)}: ${String(result.faults)} faults, ${String(result.events)} events, ${String(result.lost)} lost, ${String(result.duplicated)} duplicated, ${String(result.leaked)} leaked, ${String(result.stuck)} stuck (${String(result.seconds)} s)`;

async function runControls(chosen: typeof controls, options: Options): Promise<number> {
  const build = currentBuild(root);
  let missed = 0;
  await withWorld('one broker', options, async (world) => {
    for (const control of chosen) {
      const result = await runControl(control, world, {
        seed: options.seed,
        rate: options.rates['one broker'],
        build,
        tell,
      });
      append(CONTROLS, result);
      if (!result.caught) missed += 1;
      tell(
        `${result.caught ? 'caught' : 'MISSED'} ${control.name}: ${result.broken.map(({ id, examples }) => `${id} (${examples[0] ?? ''})`).join(', ')}`,
      );
    }
  });
  console.log(`${String(chosen.length - missed)} passed, ${String(missed)} failed`);
  return missed === 0 ? 0 : 1;
}

async function withWorld(
  kind: WorldKind,
  { keep, paging }: Options,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), FOLDER));
  claim(folder);
  tell(`starts an installation with ${kind} in ${folder}`);
  const remove = (): void => {
    if (!keep) rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', remove);
  const world = await World.start(folder, kind, { tell, paging });
  try {
    await work(world);
  } finally {
    await world.stop();
    if (keep) tell(`logs and ledgers are in ${folder}`);
    remove();
    process.off('exit', remove);
  }
}

function writeReport(): void {
  const report = reportOf(
    scenarios,
    controls,
    ofLatestBuild(readResults(RESULTS, runResult)),
    readResults(CONTROLS, controlResult),
  );
  writeFileSync(join(root, 'docs/reference/faults.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(root, 'docs/reference/faults.md'), markdownOf(report));
  tell('docs/reference/faults.md and faults.json are written.');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    // What was started ends with this process; results of finished runs are in their file.
    process.exit(130);
  });

// An installation that could not be started or stopped as a whole leaves parts behind, which would keep this process: they
// end with it.
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
