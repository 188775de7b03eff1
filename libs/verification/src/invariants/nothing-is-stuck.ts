import { Tally } from '../observed/tally';
import { finding, unseen, type Invariant } from './invariant';

export const nothingIsStuck: Invariant = {
  id: 'I9',
  name: 'every stage catches up in time',
  advice:
    'A consumer group did not work off what was there when the check began. Look whether the service runs, at its log, and at headwater_stage_lag_records; a transaction that nobody ended blocks readers until it times out. Where no quality monitor runs on purpose, say so with --no-monitor.',
  check: (seen) => {
    if (seen.lag.kind !== 'seen') return unseen(seen.lag);
    const tally = new Tally();
    for (const { group, topic, partition, left } of seen.lag.value)
      if (left > 0)
        tally.add(
          () =>
            `${group}: ${String(left)} records left of ${topic}/${String(partition)} after ${String(seen.settledSeconds)} s`,
        );
    const groups = new Set(seen.lag.value.map(({ group }) => group));
    return finding([tally], `groups: ${[...groups].join(', ')}`);
  },
};
