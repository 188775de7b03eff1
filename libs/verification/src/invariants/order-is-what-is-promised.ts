import { finding, ifAllSeen, unseen, type Invariant } from './invariant';

/**
 * There is no order per user, and consumers are told so. What is promised: a partition is read forward, each record once;
 * and of several events under one id, the first in the log keeps it (docs/reference/duplicates.md).
 */
export const orderIsWhatIsPromised: Invariant = {
  id: 'I7',
  name: 'the first event under an id keeps it; readers go forward and miss nothing',
  advice:
    'A later event took the id of an earlier one (the window of duplicates was not rebuilt as it was), or a reader was sent back or past records.',
  check: (seen) => {
    const { topics, input } = seen;
    const { watch } = seen.records;
    const { looked } = watch;
    if (topics.kind !== 'seen') return unseen(topics);
    const left = [
      'no order per user is promised, so none is checked',
      ...(input.kind === 'seen'
        ? []
        : [`which of several events came first is not known, as enriched-events was not read: ${input.why}`]),
      ...(watch.watchedCount > 0 && watch.unwatchedCount > 0
        ? [
            `of ${String(watch.unwatchedCount)} records it is not known whether a reader misses them: it saw nothing of their partitions`,
          ]
        : []),
      ...(looked.kind === 'seen' ? [] : [looked.why]),
    ];
    const found = finding([seen.records.disorder(seen.came), watch.backward, watch.missed], left.join('; '));
    return ifAllSeen(found, [input, looked]);
  },
};
