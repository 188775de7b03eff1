import { Tally } from '../observed/tally';
import { finding, unseen, type Invariant } from './invariant';

export const nothingElseIsThere: Invariant = {
  id: 'I3',
  name: 'nothing is there that was not sent',
  advice:
    'There is an event that nobody sent or that was rejected, or a reader saw one that was undone. Somebody else may send under the same app: choose another with --app. A record that a reader saw and that is gone points to a consumer without read_committed.',
  check: (seen) => {
    if (seen.tables.kind !== 'seen') return unseen(seen.tables);
    const { facts, records } = seen;
    const { rows, dead, strangers } = seen.rows;
    const unwanted = new Tally();
    for (let content = 0; content < facts.length; content += 1)
      if (((rows[content] ?? 0) > 0 || (dead[content] ?? 0) > 0) && !facts.mayBeThere(content))
        unwanted.add(() =>
          facts.wasSent(content)
            ? `event ${String(content)}: every request with it was rejected, and it is there`
            : `event ${String(content)}: was never sent, and is there`,
        );
    if (seen.topics.kind !== 'seen')
      return finding(
        [unwanted, strangers],
        'what a reader saw during the run was not compared with the topics',
      );
    return finding(
      [unwanted, strangers, records.strangers, records.watch.undone],
      records.watch.watchedCount === 0 ? 'nobody read the topics during the run' : undefined,
    );
  },
};
