import { topics, type ServiceName } from '@headwater/contracts';
import type { PartitionLag } from '@headwater/kafka';
import { reasonOf, type Check } from '../check';
import { notChecked, ok, problem, warning, type Finding } from '../finding';
import type { Installation } from '../installation';

const GROUPS: readonly ServiceName[] = ['enricher', 'validator', 'loader', 'quality-monitor'];
/** How long progress is waited for, and how often it is looked at. The loader rests up to 5 s between two inserts of counts. */
const WATCH_MS = 12_000;
const EVERY_MS = 2_000;
/** Time behind, at the speed that was seen, from which it is told. */
const WARN_SECONDS = 60;

export const lag: Check = {
  name: 'lag',
  summary: 'every group reads what is written, and none stands still',
  runbook: 'lag',
  deadlineMs: WATCH_MS + 15_000,
  run: async (installation) =>
    (await Promise.all(GROUPS.map((group) => findingsOf(installation, group)))).flat(),
};

async function findingsOf(installation: Installation, group: ServiceName): Promise<readonly Finding[]> {
  const { brokers, now, sleep } = installation;
  const subject = `group ${group}`;
  try {
    const before = await brokers.lag(group);
    const started = now();
    const faults = before.flatMap((each) => faultOf(subject, each));
    if (faults.length > 0) return faults;
    let current = before;
    while (now() - started < WATCH_MS && stuckOf(before, current).length > 0) {
      await sleep(EVERY_MS);
      current = await brokers.lag(group);
    }
    return [verdictOf(subject, before, current, (now() - started) / 1_000)];
  } catch (error) {
    return [notChecked(subject, reasonOf(error), 'Mend what the other findings name first, then try again.')];
  }
}

const placeOf = ({ topic, partition }: PartitionLag): string => `${topic.name}/${String(partition)}`;

/** What waiting cannot heal. */
function faultOf(subject: string, at: PartitionLag): readonly Finding[] {
  const { topic, committed, start, stableEnd } = at;
  if (committed !== null && committed < start)
    return [
      problem(
        subject,
        `Retention removed ${String(start - committed)} records of ${placeOf(at)} before they were read: offsets ${String(committed)} to ${String(start - 1n)}.`,
        topic.name === topics.collectorPayloads.name
          ? 'Let the enricher catch up, with more instances if need be. Do not raise the retention: the topic holds addresses, for 24 hours at most. See the page for what is lost.'
          : 'Raise the retention of the topic until the group has caught up, and see the page for what is lost.',
        'E_GAP',
      ),
    ];
  if (committed !== null && committed > stableEnd)
    return [
      problem(
        subject,
        `It has read ${placeOf(at)} up to ${String(committed)}, and the topic ends at ${String(stableEnd)}: it was made anew, or restored from a backup.`,
        'Do not reset offsets before you have read the page.',
        'E_ABOVE_END',
      ),
    ];
  return [];
}

/** Partitions that lag now as then, and have not moved in between. */
const stuckOf = (before: readonly PartitionLag[], after: readonly PartitionLag[]): readonly PartitionLag[] =>
  after.filter((now) => {
    const then = before.find((each) => placeOf(each) === placeOf(now));
    return now.lag > 0n && then !== undefined && then.lag > 0n && then.committed === now.committed;
  });

function verdictOf(
  subject: string,
  before: readonly PartitionLag[],
  after: readonly PartitionLag[],
  seconds: number,
): Finding {
  const behind = sum(after.map((each) => each.lag));
  if (behind === 0n) return ok(subject, 'It has read everything.');
  const stuck = stuckOf(before, after);
  if (stuck.length > 0) {
    const pending = stuck.filter(({ metadata }) => metadata?.startsWith('v1:pending:') === true);
    return problem(
      subject,
      `It stands still in ${stuck.map((each) => `${placeOf(each)} (${String(each.lag)} records behind)`).join(', ')}${pending.length === 0 ? '' : `; ${pending.length === 1 ? 'a batch is' : `${String(pending.length)} batches are`} begun and not finished`}.`,
      'Is the service up? Its readiness (GET /health/ready) says in words what it waits for.',
    );
  }
  const moved = sum(after.map((each, index) => (each.committed ?? 0n) - (before[index]?.committed ?? 0n)));
  const rest = moved > 0n && seconds > 0 ? Number(behind) / (Number(moved) / seconds) : null;
  const seen = `It is ${String(behind)} records behind, and reading.`;
  return rest !== null && rest > WARN_SECONDS
    ? warning(
        subject,
        `${seen} At this speed it has about ${String(Math.ceil(rest / 60))} minutes of work before it.`,
        'If that does not fall, add instances, up to the number of partitions.',
      )
    : ok(subject, seen);
}

const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((total, each) => total + each, 0n);
