import { runbookOf } from '@headwater/stage';
import { visible } from '../output/table';
import { verdictOf, type Examined } from './examine';
import type { Finding, State } from './finding';

const marks: Readonly<Record<State, string>> = {
  ok: 'ok          ',
  warning: 'WARNING     ',
  problem: 'PROBLEM     ',
  'not checked': 'not checked ',
};
const INDENT = ' '.repeat(marks.ok.length);
const gravest: readonly State[] = ['problem', 'warning', 'not checked', 'ok'];

/** The report for people: what is wrong comes first within its check, and says what to do. */
export function reportOf(examined: readonly Examined[]): string {
  const told = new Set<string>();
  const parts = examined.map(({ check, findings }) => {
    const sorted = [...findings].sort((a, b) => gravest.indexOf(a.state) - gravest.indexOf(b.state));
    return `${check.name}\n${sorted.map((finding) => lineOf(shortened(finding, told), check.runbook)).join('')}`;
  });
  return `${parts.join('\n')}\n${summaryOf(examined)}\n`;
}

/** One cause keeps many checks from looking: it is told once. */
function shortened(finding: Finding, told: Set<string>): Finding {
  const { state, seen } = finding;
  if (state === 'not checked' && told.has(seen))
    return { ...finding, seen: 'For a reason told above.', next: null };
  told.add(seen);
  return finding;
}

function lineOf({ state, subject, seen, next, runbook }: Finding, standard: string): string {
  const line = `  ${marks[state]}${visible(subject)}: ${visible(seen)}\n`;
  if (next === null) return line;
  const page = state === 'not checked' ? '' : `  (${runbookOf(runbook ?? standard)})`;
  return `${line}  ${INDENT}→ ${visible(next)}${page}\n`;
}

function summaryOf(examined: readonly Examined[]): string {
  const all = examined.flatMap(({ findings }) => findings);
  const counts = gravest
    .map((state) => [state, all.filter((finding) => finding.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${String(count)} ${state}`);
  const sentence: Readonly<Record<State, string>> = {
    ok: 'All is well.',
    warning: 'It works; look at the warnings when there is time.',
    problem: 'Something is broken: begin at the top.',
    'not checked': 'Nothing that could be checked is broken.',
  };
  return `${counts.join(', ')}. ${sentence[verdictOf(examined)]}`;
}

/** The report for machines. */
export const jsonReportOf = (examined: readonly Examined[]): object => ({
  version: 1,
  verdict: verdictOf(examined),
  checks: examined.map(({ check, findings }) => ({
    check: check.name,
    findings: findings.map(({ runbook, ...finding }) => ({
      ...finding,
      runbook: runbookOf(runbook ?? check.runbook),
    })),
  })),
});
