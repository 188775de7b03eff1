import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { contenders } from './contenders/contenders';
import { PEERS_VARIABLE, peersFrom } from './contenders/peers';
import { HELP, readOptions, type Options } from './options';
import { Parts } from './parts';
import { describeMachine, Processors } from './processors';
import { renderDocs } from './report/docs';
import { judge } from './report/floors';
import { renderResults } from './report/markdown';
import type { Results, Section } from './report/model';
import { stages } from './stages/stages';
import { openWorkbench, pinAll, type Workbench } from './workbench';

const root = resolve(__dirname, '..');
const resultsFile = join(root, 'bench/results.json');
const docsFile = join(root, 'docs/reference/benchmarks.md');

/** Exit codes: 0 everything was measured; 1 something is void or crashed; 130 interrupted. A missed floor is a result. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    console.log(HELP);
    return 0;
  }
  const peers = peersFrom(process.env[PEERS_VARIABLE]);
  const interrupted = new Promise<'interrupted'>((resolveInterrupted) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        resolveInterrupted('interrupted');
      });
  });
  const dir = join(root, '.headwater/bench', `run-${process.pid}`);
  const parts = new Parts();
  // Added first, so stopped last.
  parts.add({ stop: () => keepLogs(dir, options.outDir) });
  const print = (line: string): void => {
    console.error(line);
  };
  const measuring = measureAll(options, peers, { dir, parts, print });
  try {
    const outcome = await Promise.race([measuring, interrupted]);
    if (outcome === 'interrupted') {
      measuring.catch(() => undefined);
      print('Interrupted: stopping everything');
      return 130;
    }
    report(options, outcome.results);
    return outcome.crashed ||
      Object.values(outcome.results).some(({ measurements }) =>
        measurements.some((each) => each.void !== null),
      )
      ? 1
      : 0;
  } finally {
    await parts.close((error) => {
      print(`Something did not stop in order: ${String(error)}`);
    });
  }
}

interface Outcome {
  readonly results: Results;
  readonly crashed: boolean;
}

async function measureAll(
  { sizes, stages: wanted, quick }: Options,
  peers: ReturnType<typeof peersFrom>,
  run: Pick<Workbench, 'dir' | 'parts' | 'print'>,
): Promise<Outcome> {
  const processors = Processors.detect();
  const complain = (error: unknown): void => {
    run.print(`Something did not stop in order: ${String(error)}`);
  };
  const bench = await openWorkbench({ ...run, sizes, processors });
  let results: Results = {};
  let crashed = false;
  for (const stage of wanted) {
    run.print(`Measuring ${stage}`);
    const begun = performance.now();
    const at = new Date().toISOString();
    const taking = [...contenders, ...peers].filter((contender) => contender.stage === stage);
    const parts = new Parts();
    const stopParts = run.parts.add({ stop: () => parts.close(complain) });
    pinAll(bench);
    try {
      const outcome = await stages[stage]({ ...bench, parts }, taking);
      const section: Section = {
        stage,
        ...outcome,
        skipped: [...outcome.skipped, ...absent(stage, peers)],
        taken: {
          at,
          commit: commit(),
          quick,
          rounds: sizes.rounds,
          seconds: (performance.now() - begun) / 1000,
          machine: describeMachine(),
          pinning: stage === 'pipeline' ? 'all on all processors' : processors.description,
        },
      };
      results = { ...results, [stage]: section };
    } catch (error) {
      crashed = true;
      run.print(`${stage} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      await run.parts.remove(stopParts);
    }
  }
  return { results, crashed };
}

/** Says that peers could have been there. */
function absent(stage: string, peers: ReturnType<typeof peersFrom>): Section['skipped'] {
  const none = !peers.some((peer) => peer.stage === stage);
  return none && stage === 'collector'
    ? [{ name: 'other programs', why: `${PEERS_VARIABLE} names none` }]
    : [];
}

function report({ outDir, writeDocs }: Options, results: Results): void {
  const text = renderResults(results);
  console.log(text);
  mkdirSync(outDir, { recursive: true });
  writeFileSync(
    join(outDir, 'report.json'),
    JSON.stringify(
      {
        results,
        floors: judge(results).map(({ floor, figure, verdict }) => ({ floor: floor.text, figure, verdict })),
      },
      null,
      2,
    ),
  );
  writeFileSync(join(outDir, 'report.md'), text);
  console.error(`Written: ${join(outDir, 'report.json')} and report.md`);
  if (!writeDocs) return;
  // A stage that was not measured now keeps what it was measured at last.
  const kept = existsSync(resultsFile) ? (JSON.parse(readFileSync(resultsFile, 'utf8')) as Results) : {};
  const all: Results = { ...kept, ...results };
  writeFileSync(resultsFile, `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(docsFile, renderDocs(all));
  console.error(`Written: ${resultsFile} and ${docsFile}`);
}

/** Deletes what the run kept on the disk, but for what the programs logged. */
async function keepLogs(dir: string, outDir: string): Promise<void> {
  const logs = join(outDir, 'logs');
  await rm(logs, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  await rename(join(dir, 'logs'), logs).catch(() => undefined);
  await rm(dir, { recursive: true, force: true });
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
