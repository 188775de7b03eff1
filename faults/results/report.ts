import type { Control } from '../controls/controls';
import type { Scenario } from '../scenario';
import { differences } from '../scenarios/differences';
import { elsewhere } from '../scenarios/elsewhere';
import { problemsOf, type ControlResult, type RunResult } from './result';

/** Sums of the invariants that the bar is stated in. */
export interface Totals {
  readonly faults: number;
  readonly events: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly leaked: number;
  readonly stuck: number;
}

export interface Row extends Totals {
  readonly row: number;
  readonly scenario: string;
  readonly title: string;
  readonly simulated: string | null;
  /** Faults of the full tier; fewer are a part of it. */
  readonly planned: number;
  /** Runs: also where nothing is broken. */
  readonly runs: number;
  /** Alert rules that must fire, and all that did. */
  readonly mustPage: readonly string[];
  readonly pages: readonly string[];
  readonly recoverySeconds: { readonly median: number; readonly longest: number } | null;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  /** How it differs from its row of the matrix, and why. */
  readonly differs: string | null;
}

/** A way in which runs were made. */
export interface Way {
  readonly command: string;
  /** Events a second. */
  readonly rate: number;
  /** Other installations at work on the machine meanwhile, at most; null where nobody has looked. */
  readonly beside: number | null;
  readonly runs: number;
}

export interface Report {
  readonly build: string;
  readonly commits: readonly string[];
  readonly ways: readonly Way[];
  readonly from: string;
  readonly to: string;
  readonly complete: boolean;
  readonly totals: Totals;
  readonly rows: readonly Row[];
  readonly elsewhere: typeof elsewhere;
  readonly differences: typeof differences;
  readonly controls: readonly {
    readonly control: string;
    readonly title: string;
    readonly caught: boolean | null;
    readonly by: readonly string[];
    /** From the close of the window until an alert was stored, where one had to be. */
    readonly alertSeconds: number | null;
  }[];
}

const sum = (results: readonly RunResult[], key: keyof Totals): number =>
  results.reduce((total, result) => total + result[key], 0);

const totalsOf = (results: readonly RunResult[]): Totals => ({
  faults: sum(results, 'faults'),
  events: sum(results, 'events'),
  lost: sum(results, 'lost'),
  duplicated: sum(results, 'duplicated'),
  leaked: sum(results, 'leaked'),
  stuck: sum(results, 'stuck'),
});

/** What the runs of one build prove. `results` are of that build only; controls of others say nothing of it. */
export function reportOf(
  scenarios: readonly Scenario[],
  controls: readonly Control[],
  results: readonly RunResult[],
  controlResults: readonly ControlResult[],
): Report {
  const rows = scenarios.map((scenario): Row => {
    const own = results.filter((result) => result.scenario === scenario.name);
    return {
      row: scenario.row,
      scenario: scenario.name,
      title: scenario.title,
      simulated: scenario.simulated ?? null,
      planned: scenario.quiet === true ? 0 : scenario.full,
      runs: own.length,
      mustPage: scenario.pages ?? [],
      pages: [...new Set(own.flatMap(({ pages }) => pages))].sort(),
      ...totalsOf(own),
      recoverySeconds: spreadOf(own.flatMap(({ recoverySeconds }) => recoverySeconds)),
      notes: own.flatMap(({ notes }) => notes),
      differs: scenario.differs ?? null,
      problems: own.flatMap((result) =>
        problemsOf(result).map((problem) => `seed ${String(result.seed)}: ${problem}`),
      ),
    };
  });
  const build = results.at(-1)?.build ?? 'none';
  const times = results.map(({ startedAt }) => startedAt).sort();
  return {
    build,
    commits: [...new Set(results.map(({ commit }) => commit))],
    ways: waysOf(results),
    from: times[0] ?? '',
    to: times.at(-1) ?? '',
    complete: rows.every(({ faults, planned, runs }) => runs > 0 && faults >= planned),
    totals: totalsOf(results),
    rows,
    elsewhere,
    differences,
    controls: controls.map(({ name, title }) => {
      const found = controlResults.findLast((result) => result.control === name && result.build === build);
      return {
        control: name,
        title,
        caught: found?.caught ?? null,
        by: [
          ...(found?.broken.map(({ id }) => id) ?? []),
          ...(found?.alerts.map((check) => `alert ${check}`) ?? []),
        ],
        alertSeconds: found?.alertSeconds ?? null,
      };
    }),
  };
}

/** The ways in which runs were made, in the order of their first. */
function waysOf(results: readonly RunResult[]): readonly Way[] {
  const ways = new Map<string, Way>();
  for (const { rate, beside, command = `npm run faults -- --full --rate ${String(rate)}` } of results) {
    const key = `${command} ${String(rate)} ${String(beside)}`;
    ways.set(key, { command, rate, beside, runs: (ways.get(key)?.runs ?? 0) + 1 });
  }
  return [...ways.values()];
}

function spreadOf(seconds: readonly number[]): Row['recoverySeconds'] {
  const sorted = [...seconds].sort((a, b) => a - b);
  const longest = sorted.at(-1);
  if (longest === undefined) return null;
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? longest, longest };
}

const figure = (count: number): string => count.toLocaleString('en-GB');

/** The report for people: docs/reference/faults.md. */
export function markdownOf(report: Report): string {
  const { totals, rows, controls } = report;
  const problems = rows.flatMap(({ scenario, problems: own }) =>
    own.map((problem) => `- ${scenario}, ${problem}`),
  );
  const paged = rows.filter(({ mustPage, runs }) => runs > 0 && mustPage.length > 0);
  const differs = rows.flatMap(({ row, scenario, differs: own }) =>
    own === null ? [] : [`| ${String(row)} | ${scenario} | ${own} |`],
  );
  const notes = rows.flatMap(({ scenario, notes: own }) => own.map((note) => `- ${scenario}: ${note}`));
  return `# What faults do to events

<!-- Written by \`npm run faults -- --report\` from faults/results.ndjson. -->

${figure(totals.faults)} faults were injected into a pipeline under load, and ${figure(totals.events)} events were accepted meanwhile:
**${figure(totals.lost)} lost, ${figure(totals.duplicated)} duplicated, ${figure(totals.leaked)} with an address that leaked, ${figure(totals.stuck)} times stuck.**${report.complete ? '' : ' This is a part of the full tier: the column *faults* says how much of it.'}

Build \`${report.build}\` (commit ${report.commits.map((commit) => `\`${commit}\``).join(', ')}), ${report.from.slice(0, 16)} to ${report.to.slice(0, 16)} UTC. The command goes on where it stopped; with \`--only\` and \`--minutes\` it
does a part:

| made with | events a second | other installations on the machine, at most | runs |
| --- | --: | --: | --: |
${report.ways.map(({ command, rate, beside, runs }) => `| \`${command}\` | ${String(rate)} | ${beside === null ? 'not known' : String(beside)} | ${String(runs)} |`).join('\n')}

Load over 6 partitions (3 brokers: 3) from \`headwater verify load\`, some of it bad, too large, sent twice, or in conflict; two of each service; after each
run \`headwater verify check\` looks for every event ([how](../how-to/verify.md)). *Through* is the time from the end of a fault until all that was
accepted before it has passed every stage. One machine with two cores runs all of it, so these times are upper bounds.

| row | fault | faults | events | lost | duplicated | leaked | stuck | through: median, longest |
| --: | --- | --: | --: | --: | --: | --: | --: | --- |
${rows
  .map(
    (row) =>
      `| ${String(row.row)} | ${row.title}${row.simulated === null ? '' : ` (*simulated*: ${row.simulated})`} | ${figure(row.faults)} of ${figure(row.planned)} | ${figure(row.events)} | ${figure(row.lost)} | ${figure(row.duplicated)} | ${figure(row.leaked)} | ${figure(row.stuck)} | ${row.recoverySeconds === null ? '' : `${row.recoverySeconds.median.toFixed(1)} s, ${row.recoverySeconds.longest.toFixed(1)} s`} |`,
  )
  .join('\n')}

${report.elsewhere.map(({ row, title, test }) => `Row ${String(row)} (${title}) needs another installation: \`${test}\` proves it.`).join('\n')}

${problems.length === 0 ? 'No run broke an invariant or an expectation of its scenario.' : `What did not hold:\n\n${problems.join('\n')}`}

## How this differs from the matrix of faults, and why

The matrix is the plan that was made before the suite was. Of all rows:

${report.differences.map((difference) => `- ${difference}`).join('\n')}

| row | scenario | differs |
| --: | --- | --- |
${differs.join('\n')}

## Does anybody hear of it?

A Prometheus watches every service with [the alert rules that ship](../../deploy/prometheus/headwater.rules.yaml), made sixty times as fast: \`for: 10m\` is ten
seconds here. Faults that somebody has to know of must fire the rule that is named; rules that tell of a loss must fire in no other row; and
while nothing is broken (row 0) no rule may page and the quality monitor may raise no alert.

| fault | must fire | fired |
| --- | --- | --- |
${paged.map(({ title, mustPage, pages }) => `| ${title} | ${mustPage.join(', ')} | ${pages.join(', ')} |`).join('\n')}

${notes.length === 0 ? '' : `## Notes\n\n${notes.join('\n')}\n\n`}## Would it be noticed?

Builds in which one guarantee is broken on purpose, run under the same load (\`npm run faults -- --controls\`). All must be caught; an alert that
must be raised has to be stored within a minute of the close of the first window in which something was lost.

| broken | caught | by | alert after the close |
| --- | --- | --- | --: |
${controls.map(({ title, caught, by, alertSeconds }) => `| ${title} | ${caught === null ? 'not run with this build' : caught ? 'yes' : '**no**'} | ${by.join(', ')} | ${alertSeconds === null ? '' : `${alertSeconds.toFixed(1)} s`} |`).join('\n')}
`;
}
