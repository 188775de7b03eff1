import type { Check } from '../check';
import { notChecked, ok, problem, type Finding } from '../finding';

interface Imbalance {
  readonly app_id: string;
  readonly stage: string;
  readonly unit: string;
  /** Taken in, and neither handed on nor failed nor dropped. */
  readonly open: number;
  /** Handed on by the stage before, and not taken in. Below zero after a collector was killed, which forgets its last seconds. */
  readonly absent: number;
  /** The same two, as sums of what each minute is off by: too much in one does not hide too little in another. */
  readonly openByMinute: number;
  readonly absentByMinute: number;
}

/** The newest minutes are left out: what is on its way is not missing. */
const SETTLED_MINUTES = 10;

export const accounting: Check = {
  name: 'accounting',
  summary: 'in the last hour, every stage accounts for what it took in',
  runbook: 'accounting',
  run: async ({ database }) => {
    const [view] = await database.query<{ views: number }>(
      `SELECT toUInt32(count()) AS views FROM system.tables WHERE database = {database:String} AND name = 'pipeline_accounting'`,
      { database: database.name },
    );
    if (view?.views !== 1)
      return [
        notChecked(
          'last hour',
          'The view pipeline_accounting is not there.',
          'Run the job `migrate` of this version, and `headwater doctor` again.',
        ),
      ];
    const rows = await database.query<Imbalance>(
      `SELECT app_id, stage, unit, toInt64(sum(unaccounted)) AS open, toInt64(sum(ifNull(missing, 0))) AS absent,
              toInt64(sum(abs(unaccounted))) AS openByMinute,
              sum(if(unit = 'payload', greatest(toInt64(ifNull(missing, 0)), toInt64(0)), toInt64(abs(ifNull(missing, 0))))) AS absentByMinute
       FROM pipeline_accounting
       WHERE collector_tstamp > now64(3) - INTERVAL ${String(SETTLED_MINUTES + 60)} MINUTE
         AND collector_tstamp <= now64(3) - INTERVAL ${String(SETTLED_MINUTES)} MINUTE
       GROUP BY app_id, stage, unit HAVING openByMinute > 0 OR absentByMinute > 0
       ORDER BY openByMinute + absentByMinute DESC LIMIT 20`,
    );
    if (rows.length === 0)
      return [
        ok('last hour', 'In = out + failed + dropped at every stage, and nothing is missing between them.'),
      ];
    return rows.map(findingOf);
  },
};

function findingOf(imbalance: Imbalance): Finding {
  const { app_id, stage, unit, open, absent, openByMinute, absentByMinute } = imbalance;
  const minutes = (sum: number, byMinute: number): string =>
    Math.abs(sum) === byMinute ? '' : `, and ${String(byMinute)} when each minute is taken by itself`;
  const parts = [
    ...(openByMinute === 0
      ? []
      : [`${String(open)} of what it took in is not accounted for${minutes(open, openByMinute)}`]),
    ...(absentByMinute === 0
      ? []
      : [
          `${String(absent)} handed on by the stage before did not come in${minutes(absent, absentByMinute)}`,
        ]),
  ];
  return problem(
    `${stage}, app ${app_id}`,
    `${parts.join('; ')} (${unit}).`,
    'Treat it as an incident: before anything else, raise the retention of the topics, but for collector-payloads, which holds addresses for 24 hours at most.',
  );
}
