import { invariants } from '../invariants';
import type { Verdict } from '../invariants/invariant';
import type { Report } from './report';

const marks: Readonly<Record<Verdict, string>> = {
  holds: 'holds      ',
  broken: 'BROKEN     ',
  unverified: 'unverified ',
  'not checked': 'not checked',
};

/** A report for people: what happened, where, and what to do next. */
export function reportText(report: Report): string {
  const { run, seed, app, sent, hasEnded, settledSeconds } = report;
  const classes = Object.entries(sent.byClass)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${String(count)} ${name}`)
    .join(', ');
  const head = [
    `Run ${run} (seed ${String(seed)}), app ${app}`,
    `  sent: ${String(sent.events)} events in ${String(sent.payloads)} payloads, ${String(sent.attempts)} requests: ${classes}`,
    `  of them accepted ${String(sent.accepted)}, unknown ${String(sent.unknown)}, refused ${String(sent.refused)}, rejected ${String(sent.rejected)}`,
    ...(hasEnded
      ? []
      : [
          '  the load did not end in order: it was killed, or is still on; what had no answer by then is unknown',
        ]),
    `  settled after ${String(settledSeconds)} s`,
    '',
  ];
  const lines = report.invariants.flatMap(({ id, name, verdict, violations, examples, note }) => {
    const advice = invariants.find((one) => one.id === id)?.advice ?? '';
    return [
      `  ${marks[verdict]} ${id.padEnd(3)} ${name}${violations > 0 ? `: ${String(violations)} violations` : ''}`,
      ...examples.map((example) => `                    - ${example}`),
      ...(verdict === 'broken' ? [`                    ${advice}`] : []),
      ...(note === undefined ? [] : [`                    (${note})`]),
    ];
  });
  return `${[...head, ...lines, '', endings[report.verdict](report)].join('\n')}\n`;
}

const endings: Readonly<Record<Report['verdict'], (report: Report) => string>> = {
  holds: () => 'All that was checked holds.',
  broken: ({ app }) =>
    `Broken. Keep the ledger, and look at the events: \`headwater failed list --app ${app} --all\`, or SELECT … FROM events_stored WHERE app_id = '${app}'.`,
  unverified: () =>
    'Nothing is known to be wrong, but not everything could be looked at: see the lines marked unverified, mend what they name, and run the check again on the same ledger, or make another run where they say so.',
};
