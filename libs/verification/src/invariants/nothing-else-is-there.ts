import { Tally } from '../observed/tally';
import { finding, ifAllSeen, unseen, type Invariant } from './invariant';

export const nothingElseIsThere: Invariant = {
  id: 'I3',
  name: 'nothing is there that was not sent',
  advice:
    'There is an event that nobody sent or that was rejected, or a reader saw one that was undone. Somebody else may send under the same app: choose another with --app. A record that a reader saw and that is gone points to a consumer without read_committed.',
  check: (seen) => {
    if (seen.tables.kind !== 'seen') return unseen(seen.tables);
    const { facts, records, topics } = seen;
    const { rows, dead, strangers } = seen.rows;
    const unwanted = new Tally();
    for (let content = 0; content < facts.length; content += 1)
      if (((rows[content] ?? 0) > 0 || (dead[content] ?? 0) > 0) && !facts.mayBeThere(content))
        unwanted.add(() =>
          facts.wasSent(content)
            ? `event ${String(content)}: every request with it was rejected, and it is there`
            : `event ${String(content)}: was never sent, and is there`,
        );
    if (topics.kind !== 'seen') {
      const note = `what a reader saw during the run was not compared with the topics: ${topics.why}`;
      return ifAllSeen(finding([unwanted, strangers], note), [topics]);
    }
    const { looked, undone } = records.watch;
    const note = looked.kind === 'seen' ? undefined : looked.why;
    return ifAllSeen(finding([unwanted, strangers, records.strangers, undone], note), [looked]);
  },
};
