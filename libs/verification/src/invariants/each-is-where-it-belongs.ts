import { belongsIntoTable } from '../observed/expected-place';
import { Tally } from '../observed/tally';
import { finding, unseen, type Invariant } from './invariant';

export const eachIsWhereItBelongs: Invariant = {
  id: 'I5',
  name: 'good events in the table, bad ones in the dead letter with their reason',
  advice:
    'An event went the wrong way, or failed for another reason than the one that was planted. Good events in the dead letter after an outage: a stage took broken infrastructure for bad data. `headwater failed show ID` tells the reason.',
  check: (seen) => {
    if (seen.tables.kind !== 'seen') return unseen(seen.tables);
    const { facts } = seen;
    const { rows, dead, wrongReasons, wrongIds } = seen.rows;
    const misplaced = new Tally();
    for (const content of facts.contents()) {
      const [inTable, inDead] = [(rows[content] ?? 0) > 0, (dead[content] ?? 0) > 0];
      // In both places is another invariant's business.
      if (inTable === inDead || inTable === belongsIntoTable(facts, content)) continue;
      misplaced.add(
        () =>
          `event ${String(content)} (${facts.classOf(content)}): in the ${inTable ? 'table' : 'dead letter'}, and belongs into the other`,
      );
    }
    return finding([misplaced, wrongReasons, wrongIds]);
  },
};
