import type { Check } from '../check';
import { ok, problem, warning, type Finding } from '../finding';

/** The collector writes a count every minute, traffic or not. */
const COUNTS_MINUTES = 10;
const EVENTS_MINUTES = 60;

interface TableLook {
  readonly view: string;
  /** What it means when the last row is old; null: nothing, it may be. */
  readonly judge: ((minutes: number | null) => Pick<Finding, 'state' | 'next'> | null) | null;
}

const looks: readonly TableLook[] = [
  {
    view: 'stage_counts',
    judge: (minutes) =>
      minutes !== null && minutes <= COUNTS_MINUTES
        ? null
        : {
            state: 'problem',
            next: 'Stages write counts every minute, even without traffic: see the findings about lag and brokers.',
          },
  },
  {
    view: 'events',
    judge: (minutes) =>
      minutes !== null && minutes <= EVENTS_MINUTES
        ? null
        : {
            state: 'warning',
            next: 'Is anything sent at all? If it is: `headwater failed problems`, and the findings about lag.',
          },
  },
  { view: 'failed_events', judge: null },
  { view: 'quality_alerts', judge: null },
];

export const lastRows: Check = {
  name: 'last rows',
  summary: 'rows arrive in the tables',
  runbook: 'freshness',
  run: async ({ database }) =>
    Promise.all(
      looks.map(async ({ view, judge }) => {
        // Of two days, so that only the newest partitions are read.
        const [row] = await database.query<{ minutes: number | null }>(
          `SELECT if(count() = 0, NULL, dateDiff('second', max(load_tstamp), now64(3)) / 60) AS minutes
           FROM ${view}_stored WHERE collector_tstamp > now64(3) - INTERVAL 2 DAY`,
        );
        const minutes = row?.minutes ?? null;
        const seen =
          minutes === null
            ? 'No row of the last two days.'
            : `The last row was stored ${minutes < 1 ? 'less than a minute' : `${String(Math.floor(minutes))} min`} ago.`;
        const verdict = judge?.(minutes) ?? null;
        if (verdict === null) return ok(`table ${view}`, seen);
        return (verdict.state === 'problem' ? problem : warning)(`table ${view}`, seen, verdict.next ?? '');
      }),
    ),
};
